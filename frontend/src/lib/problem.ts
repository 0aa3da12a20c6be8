/** RFC 9457 problem documents → words for people. */
import { isRecord } from "./is-record";

export interface FieldProblem {
  /** JSON pointer into the body, e.g. `/tools/0`. */
  pointer: string;
  detail: string;
}

export interface Problem {
  status: number;
  title: string;
  detail: string;
  code: string;
  errors: FieldProblem[];
  /** Everything the document carried, for those who know more (`current_version`, `findings`). */
  extra: Record<string, unknown>;
}

const text = (value: unknown, otherwise = ""): string => (typeof value === "string" ? value : otherwise);

/** Read whatever a failed call threw: a problem document, an Error, or something else. */
export function toProblem(thrown: unknown): Problem {
  if (isRecord(thrown) && ("title" in thrown || "status" in thrown || "detail" in thrown)) {
    return {
      status: typeof thrown.status === "number" ? thrown.status : 0,
      title: text(thrown.title, "The request failed"),
      detail: text(thrown.detail),
      code: text(thrown.error_code, text(thrown.code)),
      errors: Array.isArray(thrown.errors) ? thrown.errors.filter(isRecord).map(toFieldProblem) : [],
      extra: thrown,
    };
  }
  if (thrown instanceof TypeError) return offline();
  const detail = thrown instanceof Error ? thrown.message : text(thrown);
  return { status: 0, title: "Something went wrong", detail, code: "", errors: [], extra: {} };
}

/** One sentence for a toast or a callout. */
export function problemText(thrown: unknown): string {
  const problem = toProblem(thrown);
  return sentence(problem.detail || problem.errors[0]?.detail || problem.title);
}

/** Field name (first part of the pointer) → its first message. Messages without a field stand under "". */
export function fieldProblems(problem: Problem): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const { pointer, detail } of problem.errors) {
    const name = pointer.replace(/^#?\/(body\/)?/, "").split("/")[0] ?? "";
    fields[name] ??= sentence(detail);
  }
  return fields;
}

/** JSON pointer below `place` → its first message, for a form that stands for that part of the body. */
export function problemsUnder(problem: Problem, place: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { pointer, detail } of problem.errors) {
    const path = pointer.replace(/^#?(\/body(?=\/))?/, "");
    if (path === place || path.startsWith(`${place}/`)) found[path.slice(place.length)] ??= sentence(detail);
  }
  return found;
}

function toFieldProblem(error: Record<string, unknown>): FieldProblem {
  return { pointer: text(error.pointer), detail: text(error.detail, text(error.message)) };
}

function offline(): Problem {
  return {
    status: 0,
    title: "The server does not answer",
    detail: "The server does not answer. Is it running? The page tries again by itself.",
    code: "offline",
    errors: [],
    extra: {},
  };
}

/** Start with a capital letter: the API writes its details in lower case. */
function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
