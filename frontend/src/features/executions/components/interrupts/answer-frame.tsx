"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { focusInvalid } from "@/lib/focus-invalid";
import { problemsUnder, problemText, toProblem } from "@/lib/problem";
import type { DraftErrors } from "@/lib/schema-draft";
import { useRefusal } from "@/lib/use-permissions";

import { executionKeys } from "../../api/keys";
import { resumeExecution } from "../../api/resume-execution";
import type { Question, ReadAnswer } from "../../model/answer";

export interface AnswerFormProps {
  executionId: string;
  question: Question;
  onAnswered?: () => void;
}

export interface AnswerFrameProps extends AnswerFormProps {
  read: ReadAnswer;
  /** The controls: with the broken rules to show, by JSON pointer, and what to call on a change. */
  children: (errors: DraftErrors, changed: () => void) => ReactNode;
}

/** Sends what was read, once it fits; what the server objects to stands where it belongs. */
export function AnswerFrame({ executionId, question, onAnswered, read, children }: AnswerFrameProps) {
  const queryClient = useQueryClient();
  const refused = useRefusal("executions:run");
  const [tried, setTried] = useState(false);
  const answer = useMutation({
    mutationFn: (value: unknown) => resumeExecution(executionId, { [question.id]: value }),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: executionKeys.all });
      onAnswered?.();
    },
  });
  const said = answer.error ? problemsUnder(toProblem(answer.error), `/answers/${question.id}`) : {};
  const changed = () => answer.error && answer.reset();
  return (
    <form
      aria-label="Answer"
      noValidate
      onSubmit={(submitted) => {
        submitted.preventDefault();
        setTried(true);
        focusInvalid(submitted.currentTarget);
        if (Object.keys(read.errors).length === 0) answer.mutate(read.value);
      }}
      className="flex min-w-0 flex-col gap-3 rounded-md border border-warn/50 bg-warn-soft/50 p-3"
    >
      {children(tried ? { ...said, ...read.errors } : said, changed)}
      {answer.error && Object.keys(said).length === 0 && <Callout tone="bad">{problemText(answer.error)}</Callout>}
      <Button
        type="submit"
        variant="primary"
        disabled={answer.isPending || answer.isSuccess}
        refused={refused}
        className="self-start"
      >
        {answer.isPending ? "Sending …" : "Answer"}
      </Button>
    </form>
  );
}
