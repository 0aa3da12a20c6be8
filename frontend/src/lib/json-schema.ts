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
  pattern?: string;
}

/** Follow a local `$ref` and take the non-null branch of `anyOf`; the description of the outer schema stays. */
export function plain(schema: JsonSchema, root: JsonSchema = schema): JsonSchema {
  if (schema.$ref) {
    const target = root.$defs?.[schema.$ref.split("/").pop() ?? ""];
    return target ? { ...plain(target, root), ...(schema.description ? { description: schema.description } : {}) } : {};
  }
  const branches = schema.anyOf?.filter((branch) => branch.type !== "null");
  if (branches?.length === 1 && branches[0]) return { ...schema, anyOf: undefined, ...plain(branches[0], root) } as JsonSchema;
  return schema;
}

/** The type a form shows: one word, "json" when a plain text area for JSON is the honest answer. */
export function formType(schema: JsonSchema): "enum" | "string" | "integer" | "number" | "boolean" | "json" {
  if (schema.enum) return "enum";
  const type = Array.isArray(schema.type) ? schema.type.find((name) => name !== "null") : schema.type;
  return type === "string" || type === "integer" || type === "number" || type === "boolean" ? type : "json";
}

/** The first broken rule of a value as a sentence, undefined when it fits. */
export function violation(schema: JsonSchema, value: unknown, required = false): string | undefined {
  if (value === undefined || value === null || value === "") return required && (schema.minLength ?? 1) > 0 ? "Needed" : undefined;
  if (typeof value === "string") return textViolation(schema, value);
  if (typeof value === "number") return numberViolation(schema, value);
  if (Array.isArray(value)) {
    if (schema.maxItems !== undefined && value.length > schema.maxItems) return `At most ${schema.maxItems}`;
    if (schema.minItems !== undefined && value.length < schema.minItems) return `At least ${schema.minItems}`;
  }
  return undefined;
}

function textViolation(schema: JsonSchema, value: string): string | undefined {
  const length = [...value].length;
  if (schema.minLength !== undefined && length < schema.minLength) return `At least ${schema.minLength} characters (${length} so far)`;
  if (schema.maxLength !== undefined && length > schema.maxLength) return `At most ${schema.maxLength} characters (now ${length})`;
  if (schema.pattern && !new RegExp(schema.pattern, "u").test(value)) return `Must match ${schema.pattern}`;
  return undefined;
}

function numberViolation(schema: JsonSchema, value: number): string | undefined {
  if (Number.isNaN(value)) return "Not a number";
  if (formType(schema) === "integer" && !Number.isInteger(value)) return "A whole number, please";
  if (schema.minimum !== undefined && value < schema.minimum) return `At least ${schema.minimum}`;
  if (schema.maximum !== undefined && value > schema.maximum) return `At most ${schema.maximum}`;
  if (schema.exclusiveMinimum !== undefined && value <= schema.exclusiveMinimum) return `More than ${schema.exclusiveMinimum}`;
  if (schema.exclusiveMaximum !== undefined && value >= schema.exclusiveMaximum) return `Less than ${schema.exclusiveMaximum}`;
  return undefined;
}
