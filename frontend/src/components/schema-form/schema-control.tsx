"use client";

import { Switch } from "@/components/ui/checkbox";
import { Field, fieldAria } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { type Draft, type DraftErrors, type FormNode, optionsOf } from "@/lib/schema-draft";

export interface SchemaFieldProps {
  id: string;
  label: string;
  node: FormNode;
  draft: Draft;
  pointer: string;
  errors: DraftErrors;
  naming: "titles" | "names";
  required: boolean;
  /** An item of a list: its label is only spoken. */
  item?: boolean;
  onChange: (draft: Draft) => void;
}

/** The control of one value without parts, by its kind. */
export function SchemaControl(props: SchemaFieldProps) {
  const { id, label, node, draft, pointer, errors, required, item = false, onChange } = props;
  const { kind, schema } = node;
  const error = errors[pointer] ?? (kind === "json" ? below(pointer, errors) : undefined);
  const shared = { id, label, hint: schema.description, error, required, labelHidden: item };
  const text = typeof draft === "string" ? draft : "";
  if (kind === "boolean") {
    return (
      <Field {...shared}>
        <Switch id={id} label={label} checked={draft === true} onChange={onChange} />
      </Field>
    );
  }
  if (kind === "choice") {
    return (
      <Field {...shared}>
        <Select
          id={id}
          label={label}
          value={text}
          options={[{ value: "", label: required ? "Choose …" : "–" }, ...optionsOf(node)]}
          onChange={onChange}
          className="w-full"
        />
      </Field>
    );
  }
  if (kind === "number") {
    return (
      <Field {...shared}>
        <Input
          {...fieldAria(id, error)}
          inputMode="decimal"
          value={text}
          placeholder={example(schema.examples)}
          onChange={(event) => onChange(event.target.value)}
          className="max-w-40"
        />
      </Field>
    );
  }
  const type = kind === "text" ? (inputTypes[schema.format ?? ""] ?? (item ? "text" : undefined)) : undefined;
  if (type) {
    return (
      <Field {...shared}>
        <Input
          {...fieldAria(id, error)}
          type={type}
          value={text}
          autoComplete="off"
          placeholder={example(schema.examples)}
          onChange={(event) => onChange(event.target.value)}
          className={type.startsWith("date") || type === "time" ? "max-w-56" : undefined}
        />
      </Field>
    );
  }
  const json = kind === "json";
  return (
    <Field {...shared}>
      <Textarea
        {...fieldAria(id, error)}
        value={text}
        spellCheck={!json}
        placeholder={json ? "JSON" : example(schema.examples)}
        className={json ? "font-mono text-xs" : "min-h-9"}
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  );
}

const inputTypes: Record<string, string> = {
  email: "email",
  uri: "url",
  date: "date",
  time: "time",
  "date-time": "datetime-local",
  password: "password",
};

function example(examples: readonly unknown[] | undefined): string | undefined {
  return examples?.[0] === undefined ? undefined : String(examples[0]);
}

/** What is wrong inside a value that is written as JSON, with its place. */
function below(pointer: string, errors: DraftErrors): string | undefined {
  const inside = Object.entries(errors).find(([place]) => place.startsWith(`${pointer}/`));
  return inside && `${inside[0].slice(pointer.length + 1)}: ${inside[1]}`;
}
