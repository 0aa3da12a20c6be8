"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Field } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { Segmented } from "@/components/ui/segmented";
import { problemText } from "@/lib/problem";
import { useRefusal } from "@/lib/use-permissions";

import { resumeExecution } from "../api/resume-execution";
import { decisions, emptyAnswer, type Question, readAnswer } from "../model/answer";

/** Lets a person decide about one call; the run goes on when nothing is open any more. */
export function AnswerForm({ executionId, question, onAnswered }: { executionId: string; question: Question; onAnswered?: () => void }) {
  const queryClient = useQueryClient();
  const prefix = useId();
  const [draft, setDraft] = useState(() => emptyAnswer(question));
  const [unreadable, setUnreadable] = useState(false);
  const answer = useMutation({
    mutationFn: (value: Record<string, unknown>) => resumeExecution(executionId, { [question.id]: value }),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ["executions"] });
      onAnswered?.();
    },
  });
  const refused = useRefusal("executions:run");
  const choices = decisions(question.response_schema);
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
        <Field id={`${prefix}arguments`} label="Arguments" error={unreadable ? "Not valid JSON" : undefined}>
          <Textarea id={`${prefix}arguments`} value={draft.arguments} spellCheck={false} className="font-mono text-xs" onChange={({ target }) => setDraft({ ...draft, arguments: target.value })} />
        </Field>
      )}
      {decision === "respond" && (
        <Field id={`${prefix}result`} label="Result" hint="JSON, or plain text">
          <Textarea id={`${prefix}result`} value={draft.result} onChange={({ target }) => setDraft({ ...draft, result: target.value })} />
        </Field>
      )}
      {decision === "reject" && (
        <Field id={`${prefix}reason`} label="Reason" hint="The model is told this">
          <Input id={`${prefix}reason`} value={draft.reason} onChange={({ target }) => setDraft({ ...draft, reason: target.value })} />
        </Field>
      )}
      {answer.error && <Callout tone="bad">{problemText(answer.error)}</Callout>}
      <Button type="submit" variant="primary" disabled={answer.isPending || answer.isSuccess} refused={refused} className="self-start">
        {answer.isPending ? "Sending …" : "Answer"}
      </Button>
    </form>
  );
}
