"use client";

import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Field, fieldAria } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { fieldProblems, problemText, toProblem } from "@/lib/problem";

export interface SmallField {
  name: string;
  label: string;
  type?: "text" | "email" | "password";
  autoComplete?: string;
  hint?: string;
  required?: boolean;
}

export interface SmallFormProps {
  label: string;
  fields: readonly SmallField[];
  initial?: Record<string, string>;
  action: string;
  onSubmit: (values: Record<string, string>) => Promise<unknown>;
  /** Empty the fields afterwards. */
  clears?: boolean;
  children?: ReactNode;
}

/** A few text fields and a button; what the API objects to stands at the field. */
export function SmallForm({ label, fields, initial = {}, action, onSubmit, clears = false, children }: SmallFormProps) {
  const prefix = useId();
  const [values, setValues] = useState(initial);
  const submit = useMutation({ mutationFn: onSubmit, onSuccess: () => clears && setValues(initial) });
  const problem = submit.error ? toProblem(submit.error) : null;
  const said = problem ? fieldProblems(problem) : {};
  const loose = problem && !fields.some(({ name }) => said[name]) ? problemText(submit.error) : null;
  const missing = fields.some(({ name, required = true }) => required && !values[name]?.trim());
  return (
    <form
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        if (!missing) submit.mutate(values);
      }}
      className="flex flex-col gap-3"
    >
      {fields.map(({ name, label: text, type = "text", autoComplete, hint, required = true }) => (
        <Field key={name} id={`${prefix}${name}`} label={text} hint={hint} error={said[name]} required={required}>
          <Input
            {...fieldAria(`${prefix}${name}`, said[name])}
            type={type}
            autoComplete={autoComplete ?? "off"}
            value={values[name] ?? ""}
            onChange={({ target }) => {
              setValues((before) => ({ ...before, [name]: target.value }));
              if (submit.error) submit.reset();
            }}
          />
        </Field>
      ))}
      {children}
      {loose && <Callout tone="bad">{loose}</Callout>}
      <Button type="submit" variant="primary" disabled={missing || submit.isPending} className="self-start">
        {submit.isPending ? "One moment …" : action}
      </Button>
    </form>
  );
}
