"use client";

import { ArrowDown, ArrowUp, Trash2 } from "lucide-react";

import { Field, fieldAria } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import { Input } from "@/components/ui/input";
import { useReadOnly } from "@/components/ui/read-only";
import { Select } from "@/components/ui/select";

import type { RuleDraft } from "../model/rules";

interface RuleRowProps {
  rule: RuleDraft;
  place: number;
  last: boolean;
  /** The id of the list of names to choose from. */
  names: string;
  errorOf: (field: "from_agent" | "to_agent") => string | undefined;
  onChange: (rule: RuleDraft) => void;
  onMove: (by: 1 | -1) => void;
  onRemove: () => void;
}

const choices = [
  { value: "yes", label: "may talk to" },
  { value: "no", label: "may not talk to" },
];

/** One rule as a sentence: who, may or may not, to whom; and its place among the others. */
export function RuleRow({ rule, place, last, names, errorOf, onChange, onMove, onRemove }: RuleRowProps) {
  const readOnly = useReadOnly();
  const number = place + 1;
  const ends = [
    { field: "from_agent", label: `Rule ${number}: who`, value: rule.from, set: (from: string) => ({ ...rule, from }) },
    { field: "to_agent", label: `Rule ${number}: to whom`, value: rule.to, set: (to: string) => ({ ...rule, to }) },
  ] as const;
  const [who, whom] = ends.map(({ field, label, value, set }) => {
    const id = `rule-${place}-${field}`;
    return (
      <Field key={field} id={id} label={label} labelHidden error={errorOf(field)} className="min-w-32 flex-1">
        <Input
          {...fieldAria(id, errorOf(field))}
          value={value}
          list={names}
          autoComplete="off"
          spellCheck={false}
          placeholder="Name, or * for any"
          onChange={(event) => onChange(set(event.target.value))}
        />
      </Field>
    );
  });
  return (
    <li className="flex flex-wrap items-start gap-2">
      <span aria-hidden className="nums flex h-8 w-5 items-center justify-end text-xs text-ink-3">
        {number}
      </span>
      {who}
      <Select
        label={`Rule ${number}: may it`}
        value={rule.allowed ? "yes" : "no"}
        options={choices}
        onChange={(value) => onChange({ ...rule, allowed: value === "yes" })}
        className="w-36"
      />
      {whom}
      {!readOnly && (
        <span className="flex h-8 items-center">
          <IconButton label={`Move rule ${number} up`} disabled={place === 0} onClick={() => onMove(-1)}>
            <ArrowUp />
          </IconButton>
          <IconButton label={`Move rule ${number} down`} disabled={last} onClick={() => onMove(1)}>
            <ArrowDown />
          </IconButton>
          <IconButton label={`Remove rule ${number}`} onClick={onRemove}>
            <Trash2 />
          </IconButton>
        </span>
      )}
    </li>
  );
}
