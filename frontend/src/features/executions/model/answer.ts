/** What a person can answer to an interrupt, read from its schema. */

/** What a run asks a person: about which call, and what an answer must look like. */
export interface Question {
  id: string;
  value: Record<string, unknown>;
  response_schema: Record<string, unknown>;
}

export interface AnswerDraft {
  decision: string;
  /** JSON, for `edit`. */
  arguments: string;
  /** JSON or plain text, for `respond`. */
  result: string;
  reason: string;
}

const labels: Record<string, string> = {
  approve: "Approve",
  edit: "Change the arguments",
  respond: "Give the result myself",
  reject: "Reject",
  happened: "It took place",
  did_not_happen: "It did not take place",
};

/** The decisions that the schema allows, with their words. */
export function decisions(schema: Record<string, unknown>): { value: string; label: string }[] {
  const properties = schema.properties as Record<string, { enum?: unknown }> | undefined;
  const allowed = properties?.decision?.enum;
  return Array.isArray(allowed) ? allowed.map((value) => ({ value: String(value), label: labels[String(value)] ?? String(value) })) : [];
}

/** The first state of the form: the call's own arguments, to be changed. */
export function emptyAnswer(question: Question): AnswerDraft {
  const given = question.value.arguments;
  return { decision: "", arguments: given === undefined ? "{}" : JSON.stringify(given, null, 2), result: "", reason: "" };
}

/** The answer as the API wants it. Throws SyntaxError when the arguments are no JSON. */
export function readAnswer(draft: AnswerDraft): Record<string, unknown> {
  const { decision } = draft;
  if (decision === "edit") return { decision, arguments: JSON.parse(draft.arguments) as unknown };
  if (decision === "respond") return { decision, result: jsonOrText(draft.result) };
  if (decision === "reject" && draft.reason.trim()) return { decision, reason: draft.reason.trim() };
  return { decision };
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
