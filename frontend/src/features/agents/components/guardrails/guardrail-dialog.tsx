"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Checkbox } from "@/components/ui/checkbox";
import { Dialog } from "@/components/ui/dialog";
import { Field, fieldAria } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import type { GuardrailOut } from "@/lib/api";
import { focusInvalid } from "@/lib/focus-invalid";
import { problemsUnder, problemText, toProblem } from "@/lib/problem";
import { toast } from "@/lib/toast";

import { addGuardrail, changeGuardrail } from "../../api/guardrails";
import { agentKeys } from "../../api/keys";
import {
  actions,
  actionsOf,
  bodyOf,
  draftOf,
  emptyGuardrail,
  type GuardrailDraft,
  guardrailErrors,
  kinds,
  stages,
  withKind,
} from "../../model/guardrail-draft";
import { GuardrailConfig } from "./guardrail-config";

interface GuardrailDialogProps {
  agentId: string;
  /** The one to change; none: a new one. */
  guardrail: GuardrailOut | undefined;
  onClose: () => void;
}

const options = <T extends string>(words: Record<T, { label: string }>, names = Object.keys(words) as T[]) =>
  names.map((value) => ({ value, label: words[value].label }));

/** What is looked at, what is looked for, and what a hit leads to. */
export function GuardrailDialog({ agentId, guardrail, onClose }: GuardrailDialogProps) {
  const form = useId();
  const queryClient = useQueryClient();
  const [draft, setDraft] = useState(() => (guardrail ? draftOf(guardrail) : emptyGuardrail));
  const [tried, setTried] = useState(false);
  const save = useMutation({
    mutationFn: () => (guardrail ? changeGuardrail(guardrail, bodyOf(draft)) : addGuardrail(agentId, bodyOf(draft))),
    onSuccess: async ({ name }) => {
      await queryClient.invalidateQueries({ queryKey: agentKeys.guardrails(agentId) });
      toast.success(`${name} ${guardrail ? "changed" : "added"}`);
      onClose();
    },
  });
  const errors = guardrailErrors(draft);
  const said = save.error ? problemsUnder(toProblem(save.error), "") : {};
  const errorOf = (pointer: string) => said[pointer] ?? (tried ? errors[pointer] : undefined);
  const put = (next: GuardrailDraft) => {
    setDraft(next);
    if (save.error) save.reset();
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    // A dialog stands in a portal, its events do not: the agent's own form must not hear this one.
    event.stopPropagation();
    setTried(true);
    focusInvalid(event.currentTarget);
    if (Object.keys(errors).length === 0) save.mutate();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={guardrail ? `Change ${guardrail.name}` : "New guardrail"}
      className="w-[min(36rem,calc(100vw-1.5rem))]"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" disabled={save.isPending}>
            {guardrail ? "Save changes" : "Add guardrail"}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate aria-label="Guardrail" className="grid gap-3 sm:grid-cols-2">
        <Field id="guardrail-name" label="Name" required error={errorOf("/name")} className="sm:col-span-2">
          <Input
            {...fieldAria("guardrail-name", errorOf("/name"))}
            value={draft.name}
            autoComplete="off"
            placeholder="No personal data"
            onChange={(event) => put({ ...draft, name: event.target.value })}
          />
        </Field>
        <Choice
          id="guardrail-stage"
          label="Looks at"
          value={draft.stage}
          options={options(stages)}
          hint={stages[draft.stage].text}
          error={errorOf("/stage")}
          onChange={(stage) => put({ ...draft, stage })}
        />
        <Choice
          id="guardrail-kind"
          label="Kind"
          value={draft.kind}
          options={options(kinds)}
          hint={kinds[draft.kind].text}
          error={errorOf("/kind")}
          onChange={(kind) => put(withKind(draft, kind))}
        />
        <GuardrailConfig draft={draft} errorOf={errorOf} onChange={(update) => put({ ...draft, ...update })} />
        <Choice
          id="guardrail-action"
          label="When it finds something"
          value={draft.action}
          options={options(actions, actionsOf(draft.kind))}
          hint={actions[draft.action].text}
          error={errorOf("/action")}
          onChange={(action) => put({ ...draft, action })}
        />
        {draft.stage === "output" && (
          <div className="flex items-start gap-2 pt-5">
            <Checkbox
              id="guardrail-hold"
              label="Hold the text back until it has passed"
              checked={draft.holdBack}
              onChange={(holdBack) => put({ ...draft, holdBack })}
            />
            <label htmlFor="guardrail-hold" className="text-sm">
              Hold the text back until it has passed
              <span className="block text-xs text-ink-3">
                Otherwise it streams at once, and is stopped in mid-sentence.
              </span>
            </label>
          </div>
        )}
        {save.error && Object.keys(said).length === 0 && (
          <Callout tone="bad" title="Not saved" className="sm:col-span-2">
            {problemText(save.error)}
          </Callout>
        )}
      </form>
    </Dialog>
  );
}

interface ChoiceProps<T extends string> {
  id: string;
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  hint: string;
  error: string | undefined;
  onChange: (value: T) => void;
}

function Choice<T extends string>({ id, label, value, options: all, hint, error, onChange }: ChoiceProps<T>) {
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      <Select
        id={id}
        label={label}
        value={value}
        options={all}
        onChange={(next) => onChange(all.find((option) => option.value === next)?.value ?? value)}
        className="w-full"
      />
    </Field>
  );
}
