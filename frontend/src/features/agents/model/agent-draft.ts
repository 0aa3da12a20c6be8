/** An agent while it is being edited, and the API's own rules for it. */
import type { AgentBody, AgentConfiguration, AgentOut } from "@/lib/api";
import { AgentBodySchema } from "@/lib/api-drafts/schemas.gen";
import { type JsonSchema, plain, violation } from "@/lib/json-schema";

const editable = [
  "name",
  "display_name",
  "description",
  "role",
  "goal",
  "backstory",
  "instructions",
  "model",
  "fallback_models",
  "temperature",
  "tools",
  "tools_config",
  "requires_approval",
  "approval_timeout_s",
  "on_approval_timeout",
  "dependencies",
  "fallback_agent_id",
  "max_iter",
  "max_rpm",
  "run_timeout_s",
  "call_timeout_s",
  "context_overflow",
  "memory_flag",
  "verbose_flag",
  "associated_kb_ids",
] as const satisfies readonly (keyof AgentBody)[];

export type AgentField = (typeof editable)[number];
export type AgentDraft = Required<Pick<AgentBody, AgentField>>;

/** What a new agent starts from; the same defaults as the API's. */
export const emptyDraft: AgentDraft = {
  name: "",
  display_name: null,
  description: "",
  role: "",
  goal: "",
  backstory: "",
  instructions: "",
  model: null,
  fallback_models: [],
  temperature: null,
  tools: [],
  tools_config: [],
  requires_approval: [],
  approval_timeout_s: null,
  on_approval_timeout: null,
  dependencies: [],
  fallback_agent_id: null,
  max_iter: 15,
  max_rpm: null,
  run_timeout_s: null,
  call_timeout_s: null,
  context_overflow: null,
  memory_flag: true,
  verbose_flag: false,
  associated_kb_ids: [],
};

/** The editable part of a stored agent or version; knowledge bases are the agent's own, and of no version. */
export function draftOf(agent: AgentConfiguration & Partial<Pick<AgentOut, "knowledge_bases">>): AgentDraft {
  const associated_kb_ids = (agent.knowledge_bases ?? []).map(({ kb_id }) => kb_id);
  const whole = { ...agent, associated_kb_ids };
  const given = Object.fromEntries(
    editable.map((field) => [field, whole[field]]).filter(([, value]) => value !== undefined),
  );
  return { ...emptyDraft, ...given };
}

/** The fields in which two drafts differ, with the values of the second. */
export function changedFields(before: AgentDraft, after: AgentDraft): Partial<AgentDraft> {
  const changed = editable.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
  return Object.fromEntries(changed.map((field) => [field, after[field]]));
}

const root: JsonSchema = AgentBodySchema as JsonSchema;

/** The broken rules of a draft by field, read from the schema that the API publishes. What only the server knows it says on saving. */
export function draftErrors(draft: AgentDraft): Partial<Record<AgentField, string>> {
  const errors: Partial<Record<AgentField, string>> = {};
  for (const field of editable) {
    const schema = root.properties?.[field];
    const value = typeof draft[field] === "string" && field === "name" ? draft[field].trim() : draft[field];
    const broken = schema && violation(plain(schema, root), value, root.required?.includes(field));
    if (broken) errors[field] = broken;
  }
  return errors;
}

export const fieldLabels: Record<AgentField, string> = {
  name: "Name",
  display_name: "Shown as",
  description: "Description",
  role: "Role",
  goal: "Goal",
  backstory: "Backstory",
  instructions: "Instructions",
  model: "Model",
  fallback_models: "Fallback models",
  temperature: "Temperature",
  tools: "Tools",
  tools_config: "Settings of tools",
  requires_approval: "Needs approval",
  approval_timeout_s: "Time to answer a question",
  on_approval_timeout: "When nobody answers",
  dependencies: "Depends on",
  fallback_agent_id: "Fallback agent",
  max_iter: "Max iterations",
  max_rpm: "Model calls per minute",
  run_timeout_s: "Run timeout",
  call_timeout_s: "Time limit of a call",
  context_overflow: "Chats longer than the model's window",
  memory_flag: "Memory",
  verbose_flag: "Verbose",
  associated_kb_ids: "Knowledge",
};
