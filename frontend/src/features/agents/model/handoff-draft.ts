/** A handoff while it is being written, and the API's bounds for it. Pure. */
import type { HandoffBody, HandoffOut } from "@/lib/api";

/** Who decides: the agent's model, or the system by the answer. */
export type When = "model" | "expression" | "schema";

export interface HandoffDraft {
  target: string;
  description: string;
  when: When;
  expression: string;
  path: string;
  schema: string;
  /** Lines of `name = path`. */
  mapping: string;
}

export const emptyHandoff: HandoffDraft = {
  target: "",
  description: "",
  when: "model",
  expression: "",
  path: "last",
  schema: '{"const": "math"}',
  mapping: "",
};

/** The editable form of a stored handoff. */
export function draftOf({ target_agent_id, description, condition, input_mapping }: HandoffOut): HandoffDraft {
  const base = { ...emptyHandoff, target: target_agent_id, description };
  const mapping = Object.entries(input_mapping)
    .map(([name, path]) => `${name} = ${path}`)
    .join("\n");
  if (condition === null) return { ...base, mapping };
  if (typeof condition.expression === "string")
    return { ...base, mapping, when: "expression", expression: condition.expression };
  return {
    ...base,
    mapping,
    when: "schema",
    path: typeof condition.path === "string" ? condition.path : "",
    schema: JSON.stringify(condition.schema ?? {}),
  };
}

/** The request that a draft stands for. */
export function bodyOf(draft: HandoffDraft): HandoffBody {
  return {
    target_agent_id: draft.target,
    description: draft.description.trim(),
    condition: conditionOf(draft),
    input_mapping: Object.fromEntries(pairsOf(draft.mapping)),
  };
}

function conditionOf({ when, expression, path, schema }: HandoffDraft): Record<string, unknown> | null {
  if (when === "model") return null;
  if (when === "expression") return { expression: expression.trim() };
  return { ...(path.trim() ? { path: path.trim() } : {}), schema: JSON.parse(schema) as unknown };
}

/** What is wrong, by JSON pointer into the body. */
export function handoffErrors(draft: HandoffDraft): Record<string, string> {
  const errors: Record<string, string> = {};
  if (!draft.target) errors["/target_agent_id"] = "Choose an agent";
  const length = [...draft.description.trim()].length;
  if (length === 0) errors["/description"] = "Needed";
  else if (length > 1000) errors["/description"] = `At most 1,000 characters (now ${length})`;
  if (draft.when === "expression" && draft.expression.trim() === "") errors["/condition"] = "Needed";
  if (draft.when === "schema" && !isJson(draft.schema)) errors["/condition"] = "Not valid JSON yet";
  if (pairsOf(draft.mapping).some(([name, path]) => !name || !path))
    errors["/input_mapping"] = "Lines of the form: name = path";
  return errors;
}

/** When a handoff is taken, in words. */
export function whenWords(condition: HandoffOut["condition"]): string {
  if (condition === null) return "when the model says so";
  if (typeof condition.expression === "string") return `when ${condition.expression}`;
  const place = typeof condition.path === "string" && condition.path ? condition.path : "the state";
  return `when ${place} fits ${JSON.stringify(condition.schema ?? {})}`;
}

function pairsOf(mapping: string): [string, string][] {
  return mapping
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const sign = line.indexOf("=");
      return sign < 0 ? [line.trim(), ""] : [line.slice(0, sign).trim(), line.slice(sign + 1).trim()];
    });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
