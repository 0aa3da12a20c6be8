import type { JsonSchema } from "@/lib/json-schema";

/** The form that a step asks a person to fill in: the part of the answer's schema that holds what was written. */
export function questionForm(responseSchema: Readonly<Record<string, unknown>>): JsonSchema {
  const schema = responseSchema as JsonSchema;
  return schema.properties?.result ?? schema;
}
