"use client";

import { Field, fieldAria } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { Select } from "@/components/ui/select";

import type { Condition } from "../../model/draft";
import { JsonField } from "./json-control";

interface ConditionControlProps {
  id: string;
  label: string;
  /** What no condition means. */
  none: string;
  value: Condition | null;
  error?: string | undefined;
  onChange: (value: Condition | null) => void;
}

const expressionHint = 'Of the state: steps.review.output.score > 0.8 and inputs.lang == "en"';

/** When something goes on: always, when a value fits a JSON Schema, or when an expression holds. */
export function ConditionControl({ id, label, none, value, error, onChange }: ConditionControlProps) {
  const way = value === null ? "none" : typeof value.expression === "string" ? "expression" : "schema";
  const choose = (next: string) => {
    if (next === "schema") onChange({ path: "last", schema: {} });
    else onChange(next === "expression" ? { expression: "" } : null);
  };
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <Field id={id} label={label} error={error}>
        <Select
          id={id}
          label={label}
          value={way}
          className="w-full"
          options={[
            { value: "none", label: none },
            { value: "schema", label: "when a value fits a schema" },
            { value: "expression", label: "when an expression holds" },
          ]}
          onChange={choose}
        />
      </Field>
      {value !== null && way === "schema" && (
        <>
          <Field id={`${id}-path`} label="Path of the value" hint="Empty: the whole state.">
            <Input
              {...fieldAria(`${id}-path`)}
              className="font-mono text-xs"
              value={value.path ?? ""}
              onChange={(event) => onChange({ ...value, path: event.target.value || null })}
            />
          </Field>
          <JsonField
            id={`${id}-schema`}
            label="JSON Schema"
            hint='For example {"const": "math"}'
            value={value.schema}
            onChange={(schema) => onChange({ ...value, schema: schema as Record<string, unknown> | null })}
          />
        </>
      )}
      {value !== null && way === "expression" && (
        <Field id={`${id}-expression`} label="Expression" hint={expressionHint}>
          <Textarea
            {...fieldAria(`${id}-expression`)}
            className="min-h-9 font-mono text-xs"
            value={value.expression ?? ""}
            onChange={(event) => onChange({ expression: event.target.value })}
          />
        </Field>
      )}
    </div>
  );
}
