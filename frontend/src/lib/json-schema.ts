/** The small part of JSON Schema that forms need: read a schema, check a value against it. The server has the last word. */

export interface JsonSchema {
  type?: string | readonly string[];
  title?: string;
  description?: string;
  default?: unknown;
  enum?: readonly unknown[];
  const?: unknown;
  properties?: Record<string, JsonSchema>;
  required?: readonly string[];
  items?: JsonSchema;
  anyOf?: readonly JsonSchema[];
  oneOf?: readonly JsonSchema[];
  allOf?: readonly JsonSchema[];
  if?: JsonSchema;
  then?: JsonSchema;
  format?: string;
  examples?: readonly unknown[];
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  multipleOf?: number;
  pattern?: string;
}

/** Follow a local `$ref` and take the non-null branch of `anyOf` or `oneOf`; what the outer schema says of itself stays. */
export function plain(schema: JsonSchema, root: JsonSchema = schema): JsonSchema {
  if (schema.$ref) {
    const target = resolve(schema.$ref, root);
    return target ? { ...plain(target, root), ...without(schema, "$ref") } : {};
  }
  const branches = (schema.anyOf ?? schema.oneOf)?.filter((branch) => branch.type !== "null");
  if (branches?.length === 1 && branches[0]) {
    return { ...plain(branches[0], root), ...without(schema, "anyOf", "oneOf") };
  }
  return schema;
}

/** Whether null is a value of the schema. */
export function isNullable({ type, anyOf, oneOf }: JsonSchema): boolean {
  return (
    type === "null" ||
    (Array.isArray(type) && type.includes("null")) ||
    [...(anyOf ?? []), ...(oneOf ?? [])].some((branch) => branch.type === "null")
  );
}

function without(schema: JsonSchema, ...names: (keyof JsonSchema)[]): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => !names.some((other) => other === name)));
}

/** What a local reference such as `#/$defs/Place` points at. */
function resolve(reference: string, root: JsonSchema): JsonSchema | undefined {
  let found: unknown = root;
  for (const part of reference.replace(/^#\/?/, "").split("/").filter(Boolean)) {
    found = (found as Record<string, unknown> | undefined)?.[part.replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  return found as JsonSchema | undefined;
}

/** The type a form shows: one word, "json" when a plain text area for JSON is the honest answer. */
export function formType(schema: JsonSchema): "enum" | "string" | "integer" | "number" | "boolean" | "json" {
  if (schema.enum) return "enum";
  const type = Array.isArray(schema.type) ? schema.type.find((name) => name !== "null") : schema.type;
  return type === "string" || type === "integer" || type === "number" || type === "boolean" ? type : "json";
}

/** The first broken rule of a value as a sentence, undefined when it fits. */
export function violation(schema: JsonSchema, value: unknown, required = false): string | undefined {
  if (value === undefined || value === null || value === "")
    return required && (schema.minLength ?? 1) > 0 ? "Needed" : undefined;
  if (typeof value === "string") return textViolation(schema, value);
  if (typeof value === "number") return numberViolation(schema, value);
  if (Array.isArray(value)) {
    if (schema.maxItems !== undefined && value.length > schema.maxItems) return `At most ${schema.maxItems}`;
    if (schema.minItems !== undefined && value.length < schema.minItems) return `At least ${schema.minItems}`;
    if (schema.uniqueItems && new Set(value.map((item) => JSON.stringify(item))).size < value.length)
      return "Each only once";
  }
  return undefined;
}

function textViolation(schema: JsonSchema, value: string): string | undefined {
  const length = [...value].length;
  if (schema.minLength !== undefined && length < schema.minLength)
    return `At least ${schema.minLength} characters (${length} so far)`;
  if (schema.maxLength !== undefined && length > schema.maxLength)
    return `At most ${schema.maxLength} characters (now ${length})`;
  if (schema.pattern && !matches(schema.pattern, value)) return `Must match ${schema.pattern}`;
  const format = schema.format === undefined ? undefined : formats[schema.format];
  return format && !format.fits(value) ? format.words : undefined;
}

/** A pattern that only the server's engine can read is left to the server. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true;
  }
}

const formats: Record<string, { fits: (value: string) => boolean; words: string }> = {
  email: { fits: (value) => /^[^@\s]+@[^@\s]+$/.test(value), words: "An e-mail address, please" },
  uri: { fits: (value) => URL.canParse(value), words: "An address with its scheme, please: https://…" },
  uuid: { fits: (value) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value), words: "A UUID, please" },
  date: { fits: (value) => /^\d{4}-\d{2}-\d{2}$/.test(value), words: "A day, please: 2026-01-31" },
  "date-time": { fits: (value) => !Number.isNaN(Date.parse(value)), words: "A day and a time, please" },
};

function numberViolation(schema: JsonSchema, value: number): string | undefined {
  if (Number.isNaN(value)) return "Not a number";
  if (formType(schema) === "integer" && !Number.isInteger(value)) return "A whole number, please";
  if (schema.minimum !== undefined && value < schema.minimum) return `At least ${schema.minimum}`;
  if (schema.maximum !== undefined && value > schema.maximum) return `At most ${schema.maximum}`;
  if (schema.exclusiveMinimum !== undefined && value <= schema.exclusiveMinimum)
    return `More than ${schema.exclusiveMinimum}`;
  if (schema.exclusiveMaximum !== undefined && value >= schema.exclusiveMaximum)
    return `Less than ${schema.exclusiveMaximum}`;
  if (schema.multipleOf && Math.abs(value / schema.multipleOf - Math.round(value / schema.multipleOf)) > 1e-9)
    return `A multiple of ${schema.multipleOf}`;
  return undefined;
}
