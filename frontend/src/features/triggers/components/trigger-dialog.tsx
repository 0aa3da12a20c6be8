"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Dialog } from "@/components/ui/dialog";
import { Field, fieldAria } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { Segmented } from "@/components/ui/segmented";
import { Select } from "@/components/ui/select";
import type { TriggerOut, TriggerSecretOut } from "@/lib/api";
import { focusInvalid } from "@/lib/focus-invalid";
import { problemsUnder, problemText, toProblem } from "@/lib/problem";
import { agentsQuery } from "@/lib/queries";
import { toast } from "@/lib/toast";

import { changeTrigger, createTrigger, startableWorkflowsQuery, triggerKeys } from "../api/triggers";
import { bodyOf, changesOf, draftOf, emptyTrigger, type TriggerDraft, triggerErrors } from "../model/trigger-draft";
import { InputRows } from "./input-rows";

interface TriggerDialogProps {
  /** The trigger to change; none: a new one. */
  trigger: TriggerOut | undefined;
  onClose: () => void;
  onMade: (trigger: TriggerSecretOut) => void;
}

/** What a message starts, and what of it is taken along. */
export function TriggerDialog({ trigger, onClose, onMade }: TriggerDialogProps) {
  const form = useId();
  const queryClient = useQueryClient();
  const [draft, setDraft] = useState(() => (trigger ? draftOf(trigger) : emptyTrigger));
  const [tried, setTried] = useState(false);
  const save = useMutation({
    mutationFn: async () => {
      if (!trigger) return createTrigger(bodyOf(draft));
      await changeTrigger(trigger.id, changesOf(draft));
      return null;
    },
    onSuccess: async (made) => {
      await queryClient.invalidateQueries({ queryKey: triggerKeys.all });
      toast.success(`${draft.name.trim()} ${made ? "made" : "changed"}`);
      if (made) onMade(made);
      else onClose();
    },
  });
  const errors = triggerErrors(draft);
  const said = save.error ? problemsUnder(toProblem(save.error), "") : {};
  const errorOf = (pointer: string) => said[pointer] ?? (tried ? errors[pointer] : undefined);
  const change = (update: Partial<TriggerDraft>) => {
    setDraft((before) => ({ ...before, ...update }));
    if (save.error) save.reset();
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    focusInvalid(event.currentTarget);
    if (Object.keys(errors).length === 0) save.mutate();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={trigger ? `Change ${trigger.name}` : "New trigger"}
      className="w-[min(36rem,calc(100vw-1.5rem))]"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" disabled={save.isPending}>
            {trigger ? "Save changes" : "Create trigger"}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate aria-label="Trigger" className="flex flex-col gap-3">
        <Field id="trigger-name" label="Name" required error={errorOf("/name")}>
          <Input
            {...fieldAria("trigger-name", errorOf("/name"))}
            value={draft.name}
            autoComplete="off"
            placeholder="New issues"
            onChange={(event) => change({ name: event.target.value })}
          />
        </Field>
        {!trigger && (
          <Segmented
            label="Starts"
            value={draft.starts}
            options={[
              { value: "agent", label: "An agent" },
              { value: "workflow", label: "A workflow" },
            ]}
            onChange={(starts) => change({ starts })}
            className="self-start"
          />
        )}
        {!trigger && <Target draft={draft} errorOf={errorOf} onChange={change} />}
        {draft.starts === "agent" ? (
          <Field
            id="trigger-query"
            label="Question"
            error={errorOf("/query")}
            hint="Parts of the message as {{ payload.issue.title }}; empty: the message as it is"
          >
            <Textarea
              {...fieldAria("trigger-query", errorOf("/query"))}
              value={draft.query}
              placeholder="Summarise {{ payload.issue.title }}"
              onChange={(event) => change({ query: event.target.value })}
            />
          </Field>
        ) : (
          <InputRows rows={draft.inputs} errorOf={errorOf} onChange={(inputs) => change({ inputs })} />
        )}
        <Field
          id="trigger-window"
          label="Messages may be old or early by (s)"
          error={errorOf("/replay_window_s")}
          tip="What is older is refused, so that nobody can send an overheard message again later."
        >
          <Input
            {...fieldAria("trigger-window", errorOf("/replay_window_s"))}
            inputMode="numeric"
            className="max-w-32"
            value={draft.windowS}
            onChange={(event) => change({ windowS: event.target.value })}
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

interface TargetProps {
  draft: TriggerDraft;
  errorOf: (pointer: string) => string | undefined;
  onChange: (update: Partial<TriggerDraft>) => void;
}

/** The agent or the workflow that it starts. */
function Target({ draft, errorOf, onChange }: TargetProps) {
  const ofAgent = draft.starts === "agent";
  const agents = useQuery(agentsQuery());
  const workflows = useQuery({ ...startableWorkflowsQuery(), enabled: !ofAgent });
  const things = ofAgent ? (agents.data?.agents ?? []) : (workflows.data ?? []);
  const label = ofAgent ? "Agent" : "Workflow";
  const value = ofAgent ? draft.agentId : draft.workflowId;
  return (
    <Field id="trigger-target" label={label} required error={errorOf(ofAgent ? "/agent_id" : "/workflow_id")}>
      <Select
        id="trigger-target"
        label={label}
        value={value}
        options={[
          ...(value === "" ? [{ value: "", label: `Choose ${ofAgent ? "an agent" : "a workflow"}` }] : []),
          ...things.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        onChange={(chosen) => onChange(ofAgent ? { agentId: chosen } : { workflowId: chosen })}
        className="w-full"
      />
    </Field>
  );
}
