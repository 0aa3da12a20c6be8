/** A tool while it is being written, and the API's own rules for it. */
import type { ToolBody, ToolChanges, ToolPolicy } from "@/lib/api";
import { ToolBodySchema } from "@/lib/api-drafts/schemas.gen";
import { type JsonSchema, violation } from "@/lib/json-schema";

/** As the form holds it: lists and numbers are text until they are sent. */
export interface ToolDraft {
  name: string;
  description: string;
  code: string;
  tags: string;
  network: string;
  secrets: string;
  timeout_s: string;
  repeatable: boolean;
  reuse: boolean;
}

export const emptyTool: ToolDraft = {
  name: "",
  description: "",
  code: 'async def reverse_string(text: str) -> str:\n    """Reverse the characters.\n\n    text: What to reverse.\n    """\n    return text[::-1]\n',
  tags: "",
  network: "",
  secrets: "",
  timeout_s: "5",
  repeatable: false,
  reuse: false,
};

/** What a stored tool or version gives a form. */
export interface StoredTool {
  name: string;
  description: string;
  source?: string | null;
  tags?: readonly string[];
  policy?: ToolPolicy | null;
}

/** The form of a stored tool, or of one of its versions. */
export function draftOf({ name, description, source, tags, policy }: StoredTool): ToolDraft {
  return {
    name,
    description,
    code: source ?? "",
    tags: (tags ?? []).join(", "),
    network: (policy?.network ?? []).join(", "),
    secrets: (policy?.secrets ?? []).join(", "),
    timeout_s: String(policy?.timeout_s ?? 5),
    repeatable: policy?.repeatable ?? false,
    reuse: policy?.reuse ?? false,
  };
}

/** The request that a new tool's draft stands for. */
export function toToolBody(draft: ToolDraft): ToolBody {
  const { name, description, code, tags } = draft;
  return { name, description, code, tags: words(tags), ...policyOf(draft) };
}

/** What has to be sent to make one draft from another; a policy goes as a whole. */
export function changesOf(before: ToolDraft, after: ToolDraft): ToolChanges {
  const changes: ToolChanges = {};
  if (before.description !== after.description) changes.description = after.description;
  if (before.code !== after.code) changes.code = after.code;
  if (differ(words(before.tags), words(after.tags))) changes.tags = words(after.tags);
  if (differ(policyOf(before), policyOf(after))) changes.policy = policyOf(after);
  return changes;
}

/** The broken rules by field, from the schema that the API publishes. */
export function toolErrors(draft: ToolDraft): Partial<Record<keyof ToolDraft, string>> {
  const schema = ToolBodySchema as JsonSchema;
  const body = toToolBody(draft);
  const errors: Partial<Record<keyof ToolDraft, string>> = {};
  for (const field of ["name", "description", "code", "timeout_s", "network", "secrets", "tags"] as const) {
    const rule = schema.properties?.[field];
    const required = field === "timeout_s" || (schema.required ?? []).includes(field);
    const broken = rule && violation(rule, body[field], required);
    if (broken)
      errors[field] =
        field === "name" && broken.startsWith("Must match")
          ? "Letters, digits and underscores; not a digit first"
          : broken;
  }
  if (!errors.code && !draft.code.includes("async def")) errors.code = "Must contain async def";
  return errors;
}

function policyOf({ network, secrets, timeout_s, repeatable, reuse }: ToolDraft): Required<ToolPolicy> {
  return {
    network: words(network),
    secrets: words(secrets),
    timeout_s: timeout_s.trim() === "" ? Number.NaN : Number(timeout_s),
    repeatable,
    reuse,
  };
}

function differ(before: unknown, after: unknown): boolean {
  return JSON.stringify(before) !== JSON.stringify(after);
}

function words(text: string): string[] {
  return text.split(",").flatMap((word) => word.trim() || []);
}
