"use client";

import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { Field, fieldAria } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import { Input } from "@/components/ui/input";

import type { InputRow } from "../model/trigger-draft";

const MAX_INPUTS = 100;

interface InputRowsProps {
  rows: readonly InputRow[];
  errorOf: (pointer: string) => string | undefined;
  onChange: (rows: readonly InputRow[]) => void;
}

/** Inputs of a workflow by name, each from a place in the message. */
export function InputRows({ rows, errorOf, onChange }: InputRowsProps) {
  const [made, setMade] = useState(0);
  const set = (place: number, update: Partial<InputRow>) =>
    onChange(rows.map((row, at) => (at === place ? { ...row, ...update } : row)));
  const add = () => {
    setMade(made + 1);
    onChange([...rows, { key: `new-${made}`, name: "", path: "payload." }]);
  };
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-xs font-medium text-ink-2">Inputs of the workflow</legend>
      {rows.length === 0 && <p className="text-xs text-ink-3">None named: the whole message comes as “payload”.</p>}
      {rows.map((row, place) => (
        <div key={row.key} className="flex items-start gap-2">
          {(["name", "path"] as const).map((part) => {
            const id = `trigger-input-${place}-${part}`;
            const error = errorOf(`row-${place}-${part}`);
            return (
              <Field
                key={part}
                id={id}
                label={part === "name" ? `Input ${place + 1}: name` : `Input ${place + 1}: from`}
                labelHidden
                error={error}
                className="flex-1"
              >
                <Input
                  {...fieldAria(id, error)}
                  value={row[part]}
                  autoComplete="off"
                  spellCheck={false}
                  className="font-mono text-xs"
                  placeholder={part === "name" ? "topic" : "payload.issue.title"}
                  onChange={(event) => set(place, { [part]: event.target.value })}
                />
              </Field>
            );
          })}
          <IconButton
            label={`Remove input ${place + 1}`}
            onClick={() => onChange(rows.filter((_, at) => at !== place))}
          >
            <Trash2 />
          </IconButton>
        </div>
      ))}
      <Button size="sm" className="self-start" disabled={rows.length >= MAX_INPUTS} onClick={add}>
        <Plus /> Add an input
      </Button>
    </fieldset>
  );
}
