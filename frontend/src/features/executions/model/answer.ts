/** What a person can answer to an interrupt, read from its schema. */
import type { JsonSchema } from "@/lib/json-schema";
import { type Draft, type DraftErrors, type FormNode, formNode, readDraft } from "@/lib/schema-draft";

/** What a run asks a person: about which call, and what an answer must look like. */
export interface Question {
  id: string;
  value: Record<string, unknown>;
  response_schema: Record<string, unknown>;
}

/** A decision about a call, and what goes with it. */
export interface DecisionDraft {
  decision: string;
  /** For `edit`. */
  arguments: Draft;
  /** JSON or plain text, for `respond`. */
  result: string;
  reason: string;
}

export interface ReadAnswer {
  value: unknown;
  /** By JSON pointer into the answer. */
  errors: DraftErrors;
}

const labels: Record<string, string> = {
  approve: "Approve",
  edit: "Change the arguments",
  respond: "Provide a result",
  reject: "Reject",
  happened: "It took place",
  did_not_happen: "It did not take place",
};
const parts = new Set(["decision", "arguments", "result", "reason"]);

/** The decisions about a call that a schema allows, with their words; none for a schema that asks for something else. */
export function decisions(schema: Record<string, unknown>): { value: string; label: string }[] {
  const { properties = {} } = schema as JsonSchema;
  const allowed = properties.decision?.enum ?? [];
  const ours =
    Object.keys(properties).every((name) => parts.has(name)) &&
    allowed.every((value) => typeof value === "string" && value in labels);
  return ours ? allowed.map((value) => ({ value: String(value), label: labels[String(value)] ?? "" })) : [];
}

/** What is asked, in a sentence. */
export function questionTitle(
  { value, response_schema }: Pick<Question, "value" | "response_schema">,
  reason: string,
): string {
  const tool = typeof value.tool === "string" ? value.tool : "this tool";
  if (reason === "in_doubt") return "Did this call take place?";
  if (decisions(response_schema).length > 0) return `May the agent call ${tool}?`;
  return typeof response_schema.title === "string" ? response_schema.title : "The agent asks you";
}

/** The form for other arguments of a call: that of its tool, JSON for a tool that is not known here. */
export function argumentsNode(parameters: unknown): FormNode {
  return formNode((parameters ?? { type: "object" }) as JsonSchema);
}

/** A decision as the API wants it; only what the decision needs. */
export function readDecision(draft: DecisionDraft, node: FormNode): ReadAnswer {
  const { decision } = draft;
  if (decision === "edit") {
    const { value, errors } = readDraft(node, draft.arguments, { pointer: "/arguments" });
    return { value: { decision, arguments: value }, errors };
  }
  if (decision === "respond") return { value: { decision, result: jsonOrText(draft.result) }, errors: {} };
  if (decision === "reject" && draft.reason.trim())
    return { value: { decision, reason: draft.reason.trim() }, errors: {} };
  return { value: { decision }, errors: {} };
}

/** The errors of a part of an answer, by JSON pointer into that part. */
export function errorsOf(errors: DraftErrors, part: string): DraftErrors {
  return Object.fromEntries(
    Object.entries(errors).flatMap(([pointer, text]) =>
      `${pointer}/`.startsWith(`/${part}/`) ? [[pointer.slice(part.length + 1), text]] : [],
    ),
  );
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
