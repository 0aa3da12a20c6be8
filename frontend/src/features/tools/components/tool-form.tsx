"use client";

import { Switch } from "@/components/ui/checkbox";
import { Field, fieldAria } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { Select } from "@/components/ui/select";

import type { FormField, FormValues } from "../model/form-values";

interface ToolFormProps {
  fields: readonly FormField[];
  values: FormValues;
  errors: Record<string, string>;
  onChange: (name: string, value: string | boolean) => void;
}

/** One control per argument, by its type in the schema. */
export function ToolForm({ fields, values, errors, onChange }: ToolFormProps) {
  if (fields.length === 0) return <p className="text-sm text-ink-3">This tool takes no arguments.</p>;
  return (
    <div className="flex flex-col gap-3">
      {fields.map((field) => (
        <Control key={field.name} field={field} value={values[field.name] ?? ""} error={errors[field.name]} onChange={(value) => onChange(field.name, value)} />
      ))}
    </div>
  );
}

function Control({ field, value, error, onChange }: { field: FormField; value: string | boolean; error: string | undefined; onChange: (value: string | boolean) => void }) {
  const { name, schema, type, required } = field;
  const id = `argument-${name}`;
  const shared = { id, label: name, hint: schema.description, error, required };
  const text = String(value);
  if (type === "boolean") {
    return (
      <Field {...shared}>
        <Switch id={id} label={name} checked={value === true} onChange={onChange} />
      </Field>
    );
  }
  if (type === "enum") {
    const options = (schema.enum ?? []).map((option) => ({ value: String(option), label: String(option) }));
    return (
      <Field {...shared}>
        <Select id={id} label={name} value={text} options={options} onChange={onChange} className="w-full" />
      </Field>
    );
  }
  if (type === "integer" || type === "number") {
    return (
      <Field {...shared}>
        <Input {...fieldAria(id, error)} inputMode="decimal" value={text} onChange={(event) => onChange(event.target.value)} className="max-w-40" />
      </Field>
    );
  }
  const json = type === "json";
  return (
    <Field {...shared}>
      <Textarea
        {...fieldAria(id, error)}
        value={text}
        spellCheck={!json}
        placeholder={json ? "JSON" : ""}
        className={json ? "font-mono text-xs" : "min-h-9"}
        onChange={(event) => onChange(event.target.value)}
      />
    </Field>
  );
}
