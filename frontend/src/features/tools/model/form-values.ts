/** The text of form fields ↔ the arguments of a call, by the tool's JSON Schema. */
import { formType, type JsonSchema, plain, violation } from "@/lib/json-schema";

export interface FormField {
  name: string;
  schema: JsonSchema;
  type: ReturnType<typeof formType>;
  required: boolean;
}

/** What the user has put in, field by field: text, or on/off. */
export type FormValues = Record<string, string | boolean>;

/** The fields of a schema of an object, in its order. */
export function formFields(parameters: JsonSchema): FormField[] {
  const required = new Set(parameters.required ?? []);
  return Object.entries(parameters.properties ?? {}).map(([name, raw]) => {
    const schema = plain(raw, parameters);
    return { name, schema, type: formType(schema), required: required.has(name) };
  });
}

/** What a new form shows: the schema's defaults. */
export function initialValues(fields: readonly FormField[]): FormValues {
  return Object.fromEntries(fields.map(({ name, schema, type }) => [name, type === "boolean" ? schema.default === true : asText(schema.default, type)]));
}

/** The arguments as JSON, or the first broken rule of each field. Empty optional fields are left out. */
export function readValues(fields: readonly FormField[], values: FormValues): { arguments: Record<string, unknown>; errors: Record<string, string> } {
  const read: Record<string, unknown> = {};
  const errors: Record<string, string> = {};
  for (const field of fields) {
    const given = values[field.name] ?? "";
    if (given === "" && !(field.required && field.type === "string")) {
      if (field.required) errors[field.name] = "Needed";
      continue;
    }
    try {
      const value = parse(field, given);
      const broken = violation(field.schema, value, field.required);
      if (broken) errors[field.name] = broken;
      else read[field.name] = value;
    } catch {
      errors[field.name] = "Not valid JSON";
    }
  }
  return { arguments: read, errors };
}

function parse({ type, schema }: FormField, given: string | boolean): unknown {
  if (typeof given === "boolean") return given;
  if (type === "integer" || type === "number") return given.trim() === "" ? Number.NaN : Number(given);
  if (type === "json") return JSON.parse(given);
  if (type === "enum") return schema.enum?.find((option) => String(option) === given) ?? given;
  return given;
}

function asText(value: unknown, type: FormField["type"]): string {
  if (value === undefined || value === null) return "";
  return type === "json" ? JSON.stringify(value) : String(value);
}
