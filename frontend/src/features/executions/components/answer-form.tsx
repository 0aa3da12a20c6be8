"use client";

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Field } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { Segmented } from "@/components/ui/segmented";
import { problemText } from "@/lib/problem";

import { resumeExecution } from "../api/resume-execution";
import { decisions, emptyAnswer, readAnswer } from "../model/answer";
import type { EventOf } from "../model/trace-event";

/** Lets a person decide about one call; the run goes on when nothing is open any more. */
export function AnswerForm({ executionId, event }: { executionId: string; event: EventOf<"interrupt"> }) {
  const [draft, setDraft] = useState(() => emptyAnswer(event));
  const [unreadable, setUnreadable] = useState(false);
  const answer = useMutation({ mutationFn: (value: Record<string, unknown>) => resumeExecution(executionId, { [event.interrupt_id]: value }) });
  const choices = decisions(event.response_schema);
  const decision = draft.decision || (choices[0]?.value ?? "");
  const submit = () => {
    try {
      setUnreadable(false);
      answer.mutate(readAnswer({ ...draft, decision }));
    } catch {
      setUnreadable(true);
    }
  };
  return (
    <form
      aria-label="Answer"
      onSubmit={(submitted) => {
        submitted.preventDefault();
        submit();
      }}
      className="flex flex-col gap-3 rounded-md border border-warn/50 bg-warn-soft/50 p-3"
    >
      <Segmented label="Decision" value={decision} options={choices} onChange={(value) => setDraft({ ...draft, decision: value })} className="h-auto flex-wrap self-start [&_button]:h-6" />
      {decision === "edit" && (
        <Field id="answer-arguments" label="Arguments" error={unreadable ? "Not valid JSON" : undefined}>
          <Textarea id="answer-arguments" value={draft.arguments} spellCheck={false} className="font-mono text-xs" onChange={({ target }) => setDraft({ ...draft, arguments: target.value })} />
        </Field>
      )}
      {decision === "respond" && (
        <Field id="answer-result" label="Result" hint="JSON, or plain text">
          <Textarea id="answer-result" value={draft.result} onChange={({ target }) => setDraft({ ...draft, result: target.value })} />
        </Field>
      )}
      {decision === "reject" && (
        <Field id="answer-reason" label="Reason" hint="The model is told this">
          <Input id="answer-reason" value={draft.reason} onChange={({ target }) => setDraft({ ...draft, reason: target.value })} />
        </Field>
      )}
      {answer.error && <Callout tone="bad">{problemText(answer.error)}</Callout>}
      <Button type="submit" variant="primary" disabled={answer.isPending || answer.isSuccess} className="self-start">
        {answer.isPending ? "Sending …" : "Answer"}
      </Button>
    </form>
  );
}
