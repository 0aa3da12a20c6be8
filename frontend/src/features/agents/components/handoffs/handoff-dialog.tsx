"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Dialog } from "@/components/ui/dialog";
import { Field, fieldAria } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import type { HandoffOut } from "@/lib/api";
import { focusInvalid } from "@/lib/focus-invalid";
import { problemsUnder, problemText, toProblem } from "@/lib/problem";
import { agentsQuery } from "@/lib/queries";
import { toast } from "@/lib/toast";

import { addHandoff, changeHandoff } from "../../api/handoffs";
import { agentKeys } from "../../api/keys";
import { bodyOf, draftOf, emptyHandoff, type HandoffDraft, handoffErrors, type When } from "../../model/handoff-draft";

interface HandoffDialogProps {
  agentId: string;
  /** The one to change; none: a new one. */
  handoff: HandoffOut | undefined;
  /** Agents that it may hand over to already. */
  taken: readonly string[];
  onClose: () => void;
}

const ways: { value: When; label: string }[] = [
  { value: "model", label: "The model, by the description" },
  { value: "expression", label: "An expression on the answer" },
  { value: "schema", label: "A JSON Schema that a value fits" },
];

/** To whom, when, and what the other agent is given besides the question. */
export function HandoffDialog({ agentId, handoff, taken, onClose }: HandoffDialogProps) {
  const form = useId();
  const queryClient = useQueryClient();
  const agents = useQuery(agentsQuery());
  const [draft, setDraft] = useState(() => (handoff ? draftOf(handoff) : emptyHandoff));
  const [tried, setTried] = useState(false);
  const save = useMutation({
    mutationFn: () => (handoff ? changeHandoff(handoff, bodyOf(draft)) : addHandoff(agentId, bodyOf(draft))),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: agentKeys.handoffs(agentId) });
      toast.success(handoff ? "Handoff changed" : "Handoff added");
      onClose();
    },
  });
  const errors = handoffErrors(draft);
  const said = save.error ? problemsUnder(toProblem(save.error), "") : {};
  const under = (place: string) => Object.entries(said).find(([pointer]) => pointer.startsWith(place))?.[1];
  const errorOf = (place: string) => under(place) ?? (tried ? errors[place] : undefined);
  const change = (update: Partial<HandoffDraft>) => {
    setDraft((before) => ({ ...before, ...update }));
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
  const others = (agents.data?.agents ?? []).filter(
    ({ id }) => id !== agentId && (id === draft.target || !taken.includes(id)),
  );
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={handoff ? "Change the handoff" : "New handoff"}
      className="w-[min(34rem,calc(100vw-1.5rem))]"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" disabled={save.isPending}>
            {handoff ? "Save changes" : "Add handoff"}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate aria-label="Handoff" className="flex flex-col gap-3">
        <Field id="handoff-target" label="Hands over to" required error={errorOf("/target_agent_id")}>
          <Select
            id="handoff-target"
            label="Hands over to"
            value={draft.target}
            options={[
              ...(draft.target === "" ? [{ value: "", label: "Choose an agent" }] : []),
              ...others.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            onChange={(target) => change({ target })}
            className="w-full"
          />
        </Field>
        <Field
          id="handoff-description"
          label="What the other agent is for"
          required
          hint="The model reads this when it decides"
          error={errorOf("/description")}
        >
          <Textarea
            {...fieldAria("handoff-description", errorOf("/description"))}
            value={draft.description}
            placeholder="Questions about numbers, equations and proofs."
            onChange={(event) => change({ description: event.target.value })}
          />
        </Field>
        <Condition draft={draft} error={errorOf("/condition")} onChange={change} />
        <Field
          id="handoff-mapping"
          label="Takes along"
          hint="Lines of name = path, as subject = last.category; the question is always taken along"
          error={errorOf("/input_mapping")}
        >
          <Textarea
            {...fieldAria("handoff-mapping", errorOf("/input_mapping"))}
            value={draft.mapping}
            spellCheck={false}
            className="min-h-9 font-mono text-xs"
            onChange={(event) => change({ mapping: event.target.value })}
          />
        </Field>
        {save.error && Object.keys(said).length === 0 && (
          <Callout tone="bad" title="Not saved">
            {problemText(save.error)}
          </Callout>
        )}
      </form>
    </Dialog>
  );
}

interface ConditionProps {
  draft: HandoffDraft;
  error: string | undefined;
  onChange: (update: Partial<HandoffDraft>) => void;
}

function Condition({ draft, error, onChange }: ConditionProps) {
  return (
    <>
      <Field id="handoff-when" label="Who decides">
        <Select
          id="handoff-when"
          label="Who decides"
          value={draft.when}
          options={ways}
          onChange={(value) => onChange({ when: ways.find((way) => way.value === value)?.value ?? "model" })}
          className="w-full"
        />
      </Field>
      {draft.when === "expression" && (
        <Field id="handoff-expression" label="Expression" hint="last.category == 'math'" error={error}>
          <Input
            {...fieldAria("handoff-expression", error)}
            value={draft.expression}
            spellCheck={false}
            className="font-mono text-xs"
            onChange={(event) => onChange({ expression: event.target.value })}
          />
        </Field>
      )}
      {draft.when === "schema" && (
        <>
          <Field id="handoff-path" label="Path of the value" hint="last is the answer; empty: the whole state">
            <Input
              {...fieldAria("handoff-path")}
              value={draft.path}
              spellCheck={false}
              className="font-mono text-xs"
              onChange={(event) => onChange({ path: event.target.value })}
            />
          </Field>
          <Field id="handoff-schema" label="JSON Schema" error={error}>
            <Textarea
              {...fieldAria("handoff-schema", error)}
              value={draft.schema}
              spellCheck={false}
              className="min-h-9 font-mono text-xs"
              onChange={(event) => onChange({ schema: event.target.value })}
            />
          </Field>
        </>
      )}
    </>
  );
}
