import { commandSource } from "@/lib/feature";

import { workflowNamesQuery } from "../api/list-workflows";

/** Every workflow: its page. */
export const workflowCommands = commandSource(workflowNamesQuery, ({ workflows }) =>
  workflows.map(({ id, name, description }) => ({
    id: `workflow-${id}`,
    group: "Workflows",
    label: name,
    words: description,
    hint: "open",
    href: `/workflows/${id}`,
  })),
);
