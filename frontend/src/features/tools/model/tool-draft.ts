/** A tool while it is being written, and the API's own rules for it. */
import type { ToolBody } from "@/lib/api";
import { ToolBodySchema } from "@/lib/api/schemas.gen";
import { type JsonSchema, violation } from "@/lib/json-schema";

/** As the form holds it: lists and numbers are text until they are sent. */
export interface ToolDraft {
  name: string;
  description: string;
  code: string;
  network: string;
  secrets: string;
  timeout_s: string;
  repeatable: boolean;
}

export const emptyTool: ToolDraft = {
  name: "",
  description: "",
  code: 'async def reverse_string(text: str) -> str:\n    """Reverse the characters.\n\n    text: What to reverse.\n    """\n    return text[::-1]\n',
  network: "",
  secrets: "",
  timeout_s: "5",
  repeatable: false,
};

/** The request that a draft stands for. */
export function toToolBody(draft: ToolDraft): ToolBody {
  const { network, secrets, timeout_s, ...rest } = draft;
  return { ...rest, network: words(network), secrets: words(secrets), timeout_s: Number(timeout_s) };
}

/** The broken rules by field, from the schema that the API publishes. */
export function toolErrors(draft: ToolDraft): Partial<Record<keyof ToolDraft, string>> {
  const schema = ToolBodySchema as JsonSchema;
  const body = toToolBody(draft);
  const errors: Partial<Record<keyof ToolDraft, string>> = {};
  for (const field of ["name", "description", "code", "timeout_s"] as const) {
    const rule = schema.properties?.[field];
    const broken = rule && violation(rule, body[field], true);
    if (broken) errors[field] = field === "name" && broken.startsWith("Must match") ? "Letters, digits and underscores; not a digit first" : broken;
  }
  if (!errors.code && !draft.code.includes("async def")) errors.code = "Must contain async def";
  return errors;
}

function words(text: string): string[] {
  return text.split(",").flatMap((word) => word.trim() || []);
}
