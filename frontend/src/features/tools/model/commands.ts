import { commandSource } from "@/lib/feature";
import { toolsQuery } from "@/lib/queries";

/** Every tool, found by its description, too. */
export const toolCommands = commandSource(toolsQuery, ({ tools }) =>
  tools.map(({ name, description }) => ({
    id: `tool-${name}`,
    group: "Tools",
    label: name,
    words: description,
    href: `/tools?tool=${encodeURIComponent(name)}`,
  })),
);
