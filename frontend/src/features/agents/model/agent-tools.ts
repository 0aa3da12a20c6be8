/** Agents that an agent may ask as it calls tools: attachments of the type `agent` in `tools_config`. Pure. */
import type { AgentOut } from "@/lib/api";

import type { AgentDraft } from "./agent-draft";
import { allTools, toggleTool } from "./tool-settings";

const TYPE = "agent";

type Other = Pick<AgentOut, "id" | "slug">;
type Tools = Pick<AgentDraft, "tools" | "tools_config" | "requires_approval">;

/** The name of the tool that asks this agent, if there is one: by an attachment, or by id or slug alone. */
function toolOf({ tools, tools_config }: Tools, { id, slug }: Other): string | undefined {
  const attached = tools_config.find(
    ({ name, type, config }) => type === TYPE && [id, slug].includes(String(config?.agent ?? name)),
  );
  return attached?.name ?? tools.find((name) => name === id || name === slug);
}

/** Whether the agent may ask this other one. */
export function asksAgent(draft: Tools, other: Other): boolean {
  return toolOf(draft, other) !== undefined;
}

/** The draft's fields with another agent as a tool under its slug, or without it. */
export function toggleAgentTool(draft: AgentDraft, other: Other, on: boolean): Tools {
  const { tools, tools_config, requires_approval } = draft;
  const present = toolOf(draft, other);
  if (!on)
    return present === undefined ? { tools, tools_config, requires_approval } : toggleTool(draft, present, false);
  if (present !== undefined) return { tools, tools_config, requires_approval };
  const taken = allTools(draft);
  // A tool of that name may be there already: the agent then goes by another.
  const name = [other.slug, `ask_${other.slug}`].find((free) => !taken.includes(free)) ?? other.id;
  return {
    tools,
    requires_approval,
    tools_config: [...tools_config, { name, type: TYPE, config: { agent: other.id } }],
  };
}
