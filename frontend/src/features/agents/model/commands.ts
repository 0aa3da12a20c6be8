import { commandSource } from "@/lib/feature";
import { agentsQuery } from "@/lib/queries";

/** Every agent: its page, and asking it. */
export const agentCommands = commandSource(agentsQuery, ({ agents }) =>
  agents.flatMap(({ id, name, role }) => [
    { id: `agent-${id}`, group: "Agents", label: name, words: role ?? "", hint: "edit", href: `/agents/${id}` },
    {
      id: `run-${id}`,
      group: "Run",
      label: `Ask ${name}`,
      words: "run playground",
      href: `/playground?agent=${id}`,
      permission: "executions:run" as const,
    },
  ]),
);
