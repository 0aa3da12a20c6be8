"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { SchemaForm } from "@/components/schema-form/schema-form";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Markdown } from "@/components/ui/markdown";
import type { OpenQuestionOut } from "@/lib/api";
import type { JsonSchema } from "@/lib/json-schema";
import { problemsUnder, problemText, toProblem } from "@/lib/problem";
import { openQuestionsQuery } from "@/lib/queries";
import { queryKeys } from "@/lib/query-keys";
import { draftOf, formNode, readDraft } from "@/lib/schema-draft";
import { useRefusal } from "@/lib/use-permissions";

import { answerStep } from "../../api/runs";
import { questionForm } from "../../model/question-form";
import type { StepGo } from "../../model/run-states";

interface HumanInputProps {
  executionId: string;
  /** The step that waits; its run is the one that asks. */
  go: StepGo & { runId: string };
}

/** What a step asks a person, as a form made from its JSON Schema. */
export function HumanInput({ executionId, go }: HumanInputProps) {
  const { data } = useQuery({
    ...openQuestionsQuery(),
    // The step has begun, its question is stored a moment later.
    refetchInterval: ({ state }) => (questionOf(state.data?.interrupts, go.runId) ? 10_000 : 1_500),
  });
  const question = questionOf(data?.interrupts, go.runId);
  if (!question) return <p className="text-xs text-ink-3">The question is being looked for …</p>;
  const { prompt } = question.value;
  return (
    <div className="flex flex-col gap-3">
      {typeof prompt === "string" && prompt && <Markdown text={prompt} />}
      <InputForm
        key={question.id}
        executionId={executionId}
        runId={go.runId}
        schema={questionForm(question.response_schema)}
      />
    </div>
  );
}

function questionOf(open: readonly OpenQuestionOut[] | undefined, runId: string): OpenQuestionOut | undefined {
  return open?.find(({ execution_id }) => execution_id === runId);
}

function InputForm({ executionId, runId, schema }: { executionId: string; runId: string; schema: JsonSchema }) {
  const queryClient = useQueryClient();
  const refused = useRefusal("executions:run");
  const [draft, setDraft] = useState(() => draftOf(formNode(schema)));
  const [tried, setTried] = useState(false);
  const answer = useMutation({
    mutationFn: (input: unknown) => answerStep(executionId, runId, input),
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.openQuestions }),
  });
  const read = readDraft(formNode(schema), draft);
  const problem = answer.error ? toProblem(answer.error) : null;
  const said = problem ? problemsUnder(problem, "/input") : {};
  return (
    <form
      aria-label="Answer"
      noValidate
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (Object.keys(read.errors).length === 0) answer.mutate(read.value);
      }}
    >
      <SchemaForm
        schema={{ title: "Answer", ...schema }}
        draft={draft}
        errors={{ ...said, ...(tried ? read.errors : {}) }}
        onChange={(next) => {
          setDraft(next);
          answer.reset();
        }}
      />
      {problem && Object.keys(said).length === 0 && <Callout tone="bad">{problemText(answer.error)}</Callout>}
      <Button
        type="submit"
        variant="primary"
        className="self-start"
        refused={refused}
        disabled={answer.isPending || answer.isSuccess}
      >
        {answer.isSuccess ? "Sent" : "Send the answer"}
      </Button>
    </form>
  );
}
