"use client";

import { Field, fieldAria } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";

import { readJson, readNumber, useTyped, writeJson, writeNumber } from "../../hooks/use-typed";

interface TypedFieldProps<T> {
  id: string;
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  value: T;
  onChange: (value: T) => void;
}

/** A JSON value as text; what is no JSON yet stays in the field and changes nothing. */
export function JsonField({ id, label, hint, error, value, onChange }: TypedFieldProps<unknown>) {
  const typed = useTyped(value ?? null, writeJson, readJson, onChange);
  const wrong = typed.error ?? error;
  return (
    <Field id={id} label={label} hint={hint} error={wrong}>
      <Textarea
        {...fieldAria(id, wrong)}
        value={typed.text}
        spellCheck={false}
        placeholder="JSON"
        className="max-h-72 font-mono text-xs"
        onChange={(event) => typed.onType(event.target.value)}
      />
    </Field>
  );
}

/** A number as text; empty is none. */
export function NumberField({ id, label, hint, error, value, onChange }: TypedFieldProps<number | null>) {
  const typed = useTyped(value, writeNumber, readNumber, onChange);
  const wrong = typed.error ?? error;
  return (
    <Field id={id} label={label} hint={hint} error={wrong}>
      <Input
        {...fieldAria(id, wrong)}
        inputMode="decimal"
        value={typed.text}
        className="max-w-32"
        onChange={(event) => typed.onType(event.target.value)}
      />
    </Field>
  );
}
