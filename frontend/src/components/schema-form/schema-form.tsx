"use client";

import { useId } from "react";

import { Callout } from "@/components/ui/callout";
import type { JsonSchema } from "@/lib/json-schema";
import { type Draft, type DraftErrors, formNode, labelOf, partsOf, pointerTo, requiredOf } from "@/lib/schema-draft";

import { SchemaField } from "./schema-field";

export interface SchemaFormProps {
  schema: JsonSchema;
  draft: Draft;
  /** By JSON pointer; what stands at no control of the form is shown below it. */
  errors: DraftErrors;
  onChange: (draft: Draft) => void;
  /** How a part is called: by its title, or by its name in the code. */
  naming?: "titles" | "names";
  empty?: string;
}

/** A form for a value of any JSON Schema. What it has no control for is written as JSON. */
export function SchemaForm({
  schema,
  draft,
  errors,
  onChange,
  naming = "titles",
  empty = "Nothing to fill in.",
}: SchemaFormProps) {
  const prefix = useId();
  const root = formNode(schema);
  if (root.kind !== "group") {
    return (
      <SchemaField
        id={prefix}
        label={schema.title ?? "Value"}
        node={root}
        draft={draft}
        pointer=""
        errors={errors}
        naming={naming}
        required
        onChange={onChange}
      />
    );
  }
  const parts = partsOf(root);
  const values = (typeof draft === "object" ? draft : {}) as Readonly<Record<string, Draft>>;
  const needed = requiredOf(root, draft);
  // An error of the whole, or of a part that the schema does not name, has no control to stand at.
  const loose = Object.entries(errors).filter(
    ([pointer]) => !parts.some(({ name }) => `${pointer}/`.startsWith(`${pointerTo("", name)}/`)),
  );
  return (
    <div className="flex min-w-0 flex-col gap-3">
      {parts.length === 0 && <p className="text-sm text-ink-3">{empty}</p>}
      {parts.map(({ name, node }) => (
        <SchemaField
          key={name}
          id={`${prefix}-${name}`}
          label={labelOf(name, node, naming)}
          node={node}
          draft={values[name] ?? ""}
          pointer={pointerTo("", name)}
          errors={errors}
          naming={naming}
          required={needed.has(name)}
          onChange={(value) => onChange({ ...values, [name]: value })}
        />
      ))}
      {loose.map(([pointer, text]) => (
        <Callout key={pointer} tone="bad">
          {pointer ? `${pointer}: ` : ""}
          {text}
        </Callout>
      ))}
    </div>
  );
}
