"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { GitFork } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Dialog } from "@/components/ui/dialog";
import { Field, fieldAria } from "@/components/ui/field";
import { Textarea } from "@/components/ui/input";
import { fieldProblems, problemText, toProblem } from "@/lib/problem";
import { toast } from "@/lib/toast";
import { useRefusal } from "@/lib/use-permissions";

import { forkExecution } from "../../api/fork-execution";
import { executionKeys } from "../../api/keys";
import { editOf, type ForkPoint, forkPoint } from "../../model/fork";
import type { Step, Trace } from "../../model/trace";

/** Fork from this step, for a run that is over and a step that was finished; nothing for others. Mount it beside the step's name. */
export function ForkStep({ trace, step }: { trace: Trace; step: Step }) {
  const [open, setOpen] = useState(false);
  const refused = useRefusal("executions:run");
  const point = forkPoint(trace, step);
  if (!point) return null;
  return (
    <>
      <Button size="sm" refused={refused} onClick={() => setOpen(true)}>
        <GitFork /> Fork
      </Button>
      {open && (
        <ForkDialog executionId={trace.executionId} name={step.name} point={point} onClose={() => setOpen(false)} />
      )}
    </>
  );
}

/** What the new run reuses, and what it believes instead of what this step said. */
export function ForkDialog({
  executionId,
  name,
  point,
  onClose,
}: {
  executionId: string;
  name: string;
  point: ForkPoint;
  onClose: () => void;
}) {
  const router = useRouter();
  const queryClient = useQueryClient();
  const [text, setText] = useState(point.value);
  const [unreadable, setUnreadable] = useState(false);
  const fork = useMutation({
    mutationFn: (edit: Record<string, unknown> | undefined) =>
      forkExecution(executionId, { after_seq: point.seq, ...(edit ? { edit } : {}) }),
    onSuccess: ({ id }) => {
      void queryClient.invalidateQueries({ queryKey: executionKeys.all });
      toast.success("Forked: this is the new run");
      onClose();
      router.push(`/runs/${id}`);
    },
  });
  const start = () => {
    try {
      setUnreadable(false);
      fork.mutate(editOf(point, text));
    } catch {
      setUnreadable(true);
    }
  };
  const said = fork.error ? fieldProblems(toProblem(fork.error)) : {};
  const error = unreadable ? "Not valid JSON; a text stands in quotation marks" : said.edit;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Fork after ${name}`}
      description={`A new run reuses ${point.reused === 1 ? "the one finished call" : `the ${point.reused} finished calls`} above, at no cost, and goes on from there. This one stays as it is.`}
      className="w-[min(38rem,calc(100vw-1.5rem))]"
      footer={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button variant="primary" disabled={fork.isPending} onClick={start}>
            <GitFork /> {fork.isPending ? "Forking …" : text === point.value ? "Fork" : "Fork with the change"}
          </Button>
        </>
      }
    >
      {point.field ? (
        <Field
          id="fork-value"
          label={point.field === "result" ? "Result of the call" : "What the model said"}
          error={error}
          hint={
            point.json
              ? "JSON. Change it to see what the agent makes of another result."
              : "Change it to see what the agent makes of it."
          }
        >
          <Textarea
            {...fieldAria("fork-value", error)}
            value={text}
            spellCheck={!point.json}
            className="max-h-80 min-h-28 font-mono text-xs"
            onChange={(event) => setText(event.target.value)}
          />
        </Field>
      ) : (
        <p className="text-sm text-ink-3">
          Nothing can be edited at this step: to change a result, fork from the tool call; to change words, from the
          model’s answer.
        </p>
      )}
      {fork.error && !error && (
        <Callout tone="bad" className="mt-2" title="Not forked">
          {problemText(fork.error)}
        </Callout>
      )}
    </Dialog>
  );
}
