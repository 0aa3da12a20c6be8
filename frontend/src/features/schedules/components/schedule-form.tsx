"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Field, fieldAria } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { ReadOnly } from "@/components/ui/read-only";
import { Select } from "@/components/ui/select";
import { Card } from "@/components/ui/surface";
import { UnsavedGuard } from "@/components/ui/unsaved-guard";
import { focusInvalid } from "@/lib/focus-invalid";
import { fieldProblems, problemText, toProblem } from "@/lib/problem";
import { agentsQuery, modelNamesQuery } from "@/lib/queries";
import { useRefusal } from "@/lib/use-permissions";
import { useSettled } from "@/lib/use-settled";

import { previewQuery } from "../api/preview-times";
import { draftErrors, type ScheduleDraft, type ScheduleField } from "../model/schedule-draft";
import { cronOf, timingWords } from "../model/timing";
import { NextTimes } from "./next-times";
import { TimeZoneOptions } from "./time-zone-options";
import { TimingFields } from "./timing-fields";

export interface ScheduleFormProps {
  initial: ScheduleDraft;
  action: string;
  isNew?: boolean;
  onSave: (draft: ScheduleDraft) => Promise<unknown>;
  /** Below the preview. */
  children?: ReactNode;
}

/** What is asked, of whom, when. The times that it means are shown while it is written. */
export function ScheduleForm({ initial, action, isNew = false, onSave, children }: ScheduleFormProps) {
  const [draft, setDraft] = useState(initial);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const agents = useQuery(agentsQuery());
  const models = useQuery(modelNamesQuery());
  const save = useMutation({ mutationFn: onSave });
  const cron = cronOf(draft.timing);
  const forbidden = useRefusal("executions:run");
  const preview = useQuery(previewQuery(useSettled(cron), useSettled(draft.timeZone.trim())));
  const refused = preview.error ? fieldProblems(toProblem(preview.error)) : {};
  const said = save.error ? fieldProblems(toProblem(save.error)) : {};
  const errors = draftErrors(draft);
  const errorOf = (field: ScheduleField) =>
    said[field] ?? refused[field] ?? (touched.has(field) ? errors[field] : undefined);
  const change = (update: Partial<ScheduleDraft>, field: ScheduleField) => {
    setDraft((before) => ({ ...before, ...update }));
    setTouched((before) => new Set([...before, field]));
    if (save.error) save.reset();
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    focusInvalid(event.currentTarget);
    setTouched(new Set(["name", "agent_id", "query", "model", "cron", "time_zone"]));
    if (Object.keys(errors).length === 0) save.mutate(draft);
  };
  const dirty = JSON.stringify(draft) !== JSON.stringify(initial);
  const text = (field: "name" | "query" | "model", value: string) => change({ [field]: value }, field);
  return (
    <form
      onSubmit={submit}
      noValidate
      aria-label="Schedule"
      className="grid min-w-0 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_25rem]"
    >
      <Card className="flex min-w-0 flex-col gap-4 p-4">
        <ReadOnly reason={forbidden}>
          <Field id="schedule-name" label="Name" required error={errorOf("name")}>
            <Input
              {...fieldAria("schedule-name", errorOf("name"))}
              value={draft.name}
              autoFocus={isNew}
              autoComplete="off"
              placeholder="Morning report"
              onChange={(event) => text("name", event.target.value)}
            />
          </Field>
          <Field id="schedule-agent" label="Agent" required error={errorOf("agent_id")}>
            <Select
              id="schedule-agent"
              label="Agent"
              value={draft.agentId}
              options={agentOptions(agents.data?.agents ?? [], draft.agentId)}
              onChange={(agentId) => change({ agentId }, "agent_id")}
              className="w-full"
            />
          </Field>
          <Field
            id="schedule-query"
            label="Question"
            required
            error={errorOf("query")}
            hint="Each run asks exactly this"
          >
            <Textarea
              {...fieldAria("schedule-query", errorOf("query"))}
              value={draft.query}
              className="min-h-24"
              placeholder="What has happened since yesterday?"
              onChange={(event) => text("query", event.target.value)}
            />
          </Field>
          <TimingFields
            timing={draft.timing}
            error={errorOf("cron")}
            onChange={(timing) => change({ timing }, "cron")}
          />
          <div className="grid gap-3 sm:grid-cols-2">
            <Field
              id="schedule-zone"
              label="Time zone"
              required
              error={errorOf("time_zone")}
              tip="The clock that the times are read from; summer time is taken care of."
            >
              <Input
                {...fieldAria("schedule-zone", errorOf("time_zone"))}
                value={draft.timeZone}
                list="time-zones"
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => change({ timeZone: event.target.value }, "time_zone")}
              />
              <TimeZoneOptions id="time-zones" />
            </Field>
            <Field id="schedule-model" label="Model" error={errorOf("model")} tip="Instead of the agent's own model.">
              <Input
                {...fieldAria("schedule-model", errorOf("model"))}
                value={draft.model}
                list="schedule-models"
                placeholder="The agent's own"
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => text("model", event.target.value)}
              />
              <datalist id="schedule-models">
                {(models.data ?? []).map((name) => (
                  <option key={name} value={name} />
                ))}
              </datalist>
            </Field>
          </div>
        </ReadOnly>
        {save.error && Object.keys(said).length === 0 && (
          <Callout tone="bad" title="Not saved">
            {problemText(save.error)}
          </Callout>
        )}
        <div className="flex items-center gap-3">
          <Button
            type="submit"
            variant="primary"
            disabled={save.isPending || (!isNew && !dirty && forbidden === undefined)}
            refused={forbidden}
          >
            {save.isPending ? "Saving …" : action}
          </Button>
          {!isNew && dirty && (
            <Button variant="ghost" onClick={() => setDraft(initial)}>
              Discard changes
            </Button>
          )}
        </div>
      </Card>
      <div className="flex min-w-0 flex-col gap-4">
        <Card className="p-4" aria-live="polite">
          <h2 className="font-semibold">{cron ? timingWords(cron) : "No time yet"}</h2>
          <p className="mb-2 flex flex-wrap justify-between gap-x-3 text-xs text-ink-3">
            <span>{draft.timeZone}</span>
            <code className="font-mono">{cron}</code>
          </p>
          {preview.error ? (
            <Callout tone="bad">{problemText(preview.error)}</Callout>
          ) : (
            <NextTimes
              times={cron ? (preview.data ?? []) : []}
              timeZone={draft.timeZone}
              stale={preview.isPlaceholderData}
            />
          )}
        </Card>
        {children}
      </div>
      <UnsavedGuard dirty={dirty && !save.isPending && !save.isSuccess} />
    </form>
  );
}

/** The agents to choose from; one that is gone keeps its place, so that it can be seen. */
function agentOptions(agents: readonly { id: string; name: string }[], chosen: string) {
  const options = agents.map(({ id, name }) => ({ value: id, label: name }));
  return options.some(({ value }) => value === chosen)
    ? options
    : [{ value: chosen, label: chosen ? "…" : "Choose an agent" }, ...options];
}
