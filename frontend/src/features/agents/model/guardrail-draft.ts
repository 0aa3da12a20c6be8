/** A guardrail while it is being written: one flat form for all kinds, and the bounds of the API. Pure. */
import type { GuardrailBody, GuardrailOut } from "@/lib/api";

export type Kind = GuardrailBody["kind"];
export type Stage = GuardrailBody["stage"];
export type Action = NonNullable<GuardrailBody["action"]>;
export type Entity = (typeof entityNames)[number];

export const entityNames = ["email", "phone", "card", "iban"] as const;

export const stages: Record<Stage, { label: string; text: string }> = {
  input: { label: "Input", text: "What the agent is asked" },
  output: { label: "Output", text: "What it answers" },
  tool_call: { label: "Tool calls", text: "The arguments of its calls" },
};

export const kinds: Record<Kind, { label: string; text: string }> = {
  max_length: { label: "Length", text: "Finds longer texts" },
  regex_deny: { label: "Forbidden pattern", text: "Finds texts that match" },
  regex_allow: { label: "Required pattern", text: "Finds texts that do not match" },
  json_schema: { label: "JSON Schema", text: "Finds what is no JSON that fits" },
  pii: { label: "Personal data", text: "Finds addresses, numbers of phones, cards and accounts" },
  prompt_injection: { label: "Injected orders", text: "Finds orders to leave the instructions, also in disguise" },
  llm_judge: { label: "Judged by a model", text: "Finds what a model objects to" },
};

export const actions: Record<Action, { label: string; text: string }> = {
  block: { label: "Block", text: "The run ends, before any tool of the step is called" },
  redact: { label: "Redact", text: "What was found is taken out" },
  warn: { label: "Warn", text: "The trace says so, the run goes on" },
  ask: { label: "Ask a person", text: "The run waits for a decision in the inbox" },
};

/** The kinds that know which part of a text they mean. */
const redacting: ReadonlySet<Kind> = new Set(["max_length", "regex_deny", "pii"]);

export interface GuardrailDraft {
  name: string;
  stage: Stage;
  kind: Kind;
  action: Action;
  holdBack: boolean;
  maxChars: string;
  pattern: string;
  schema: string;
  entities: readonly Entity[];
  /** One in each line. */
  phrases: string;
  instructions: string;
  model: string;
  /** Names of tools, with commas; empty: all. */
  tools: string;
}

export const emptyGuardrail: GuardrailDraft = {
  name: "",
  stage: "input",
  kind: "prompt_injection",
  action: "block",
  holdBack: true,
  maxChars: "4000",
  pattern: "",
  schema: '{\n  "type": "object"\n}',
  entities: entityNames,
  phrases: "",
  instructions: "",
  model: "",
  tools: "",
};

/** What may be done when something is found: only some kinds name a part to take out. */
export function actionsOf(kind: Kind): Action[] {
  return (Object.keys(actions) as Action[]).filter((action) => action !== "redact" || redacting.has(kind));
}

/** The draft with another kind; an action that it does not have becomes the first. */
export function withKind(draft: GuardrailDraft, kind: Kind): GuardrailDraft {
  return { ...draft, kind, action: actionsOf(kind).includes(draft.action) ? draft.action : "block" };
}

/** The editable form of a stored guardrail. */
export function draftOf({ name, stage, kind, action, hold_back, config }: GuardrailOut): GuardrailDraft {
  const texts = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
  const given = {
    ...(typeof config.max_chars === "number" ? { maxChars: String(config.max_chars) } : {}),
    ...(typeof config.pattern === "string" ? { pattern: config.pattern } : {}),
    ...(config.json_schema === undefined ? {} : { schema: JSON.stringify(config.json_schema, null, 2) }),
    ...(Array.isArray(config.entities)
      ? { entities: entityNames.filter((entity) => texts(config.entities).includes(entity)) }
      : {}),
    ...(typeof config.instructions === "string" ? { instructions: config.instructions } : {}),
    ...(typeof config.model === "string" ? { model: config.model } : {}),
  };
  return {
    ...emptyGuardrail,
    ...{ name, stage, kind, action, holdBack: hold_back },
    ...given,
    phrases: texts(config.phrases).join("\n"),
    tools: texts(config.tools).join(", "),
  };
}

/** The request that a draft stands for. */
export function bodyOf(draft: GuardrailDraft): GuardrailBody {
  const { name, stage, kind, action, holdBack } = draft;
  const tools = stage === "tool_call" ? listOf(draft.tools, ",") : [];
  return {
    name: name.trim(),
    stage,
    kind,
    action,
    hold_back: holdBack,
    config: { ...configOf(draft), ...(tools.length > 0 ? { tools } : {}) },
  };
}

function configOf(draft: GuardrailDraft): Record<string, unknown> {
  switch (draft.kind) {
    case "max_length":
      return { max_chars: Number(draft.maxChars) };
    case "regex_allow":
    case "regex_deny":
      return { pattern: draft.pattern };
    case "json_schema":
      return { json_schema: JSON.parse(draft.schema) as unknown };
    case "pii":
      return { entities: draft.entities };
    case "prompt_injection":
      return { phrases: listOf(draft.phrases, "\n") };
    case "llm_judge":
      return { instructions: draft.instructions.trim(), ...(draft.model.trim() ? { model: draft.model.trim() } : {}) };
  }
}

/** What is wrong, by JSON pointer into the body. */
export function guardrailErrors(draft: GuardrailDraft): Record<string, string> {
  const errors: Record<string, string> = {};
  const length = [...draft.name.trim()].length;
  if (length === 0) errors["/name"] = "Needed";
  else if (length > 255) errors["/name"] = `At most 255 characters (now ${length})`;
  const broken = configError(draft);
  if (broken) errors[broken.pointer] = broken.text;
  if (draft.stage === "tool_call" && listOf(draft.tools, ",").length > 64) errors["/config/tools"] = "At most 64";
  return errors;
}

function configError(draft: GuardrailDraft): { pointer: string; text: string } | undefined {
  const at = (field: string, text: string) => ({ pointer: `/config/${field}`, text });
  switch (draft.kind) {
    case "max_length": {
      const value = Number(draft.maxChars);
      if (draft.maxChars.trim() === "" || !Number.isInteger(value)) return at("max_chars", "A whole number, please");
      return value < 1 || value > 10_000_000 ? at("max_chars", "From 1 to 10,000,000") : undefined;
    }
    case "regex_allow":
    case "regex_deny":
      if (draft.pattern === "") return at("pattern", "Needed");
      return draft.pattern.length > 1000 ? at("pattern", "At most 1,000 characters") : undefined;
    case "json_schema":
      return isObject(draft.schema) ? undefined : at("json_schema", "A JSON object, please");
    case "pii":
      return draft.entities.length === 0 ? at("entities", "Choose one at least") : undefined;
    case "prompt_injection":
      return listOf(draft.phrases, "\n").length > 50 ? at("phrases", "At most 50") : undefined;
    case "llm_judge":
      if (draft.instructions.trim() === "") return at("instructions", "Needed");
      return draft.instructions.length > 10_000 ? at("instructions", "At most 10,000 characters") : undefined;
  }
}

function listOf(text: string, between: string): string[] {
  return text
    .split(between)
    .map((item) => item.trim())
    .filter(Boolean);
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
