/** A pattern with agents in its parts. */
import type { TemplateOut, WorkflowBody } from "@/lib/api";

const ROLE = "agent:";

/** Nothing but a first agent: a workflow without any node is none that could be stored. */
export const blank: TemplateOut = {
  id: "blank",
  name: "Blank",
  description: "",
  roles: { first: "Everything else is placed on the canvas" },
  definition: {
    process_type: "graph",
    nodes: [{ id: "first", type: "agent", agent_id: `${ROLE}first`, position: { x: 0, y: 0 } }],
  },
};

/** The body of a workflow made from a template: `agents` are ids by role. Parts that nobody plays stay as they are. */
export function playedBy(template: TemplateOut, name: string, agents: Readonly<Record<string, string>>): WorkflowBody {
  const nodes = (template.definition.nodes ?? []).map((node) => {
    if (node.type !== "agent" || !node.agent_id.startsWith(ROLE)) return node;
    return { ...node, agent_id: agents[node.agent_id.slice(ROLE.length)] || node.agent_id };
  });
  return { ...template.definition, name, description: template.description, nodes };
}

/** The roles that nobody plays yet. */
export function unplayed(template: TemplateOut, agents: Readonly<Record<string, string>>): string[] {
  return Object.keys(template.roles).filter((role) => !agents[role]);
}
