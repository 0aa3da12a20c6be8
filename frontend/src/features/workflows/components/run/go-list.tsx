"use client";

import { ExternalLink } from "lucide-react";
import Link from "next/link";

import { CodeBlock } from "@/components/ui/json-view";
import { duration } from "@/lib/format";

import type { StepGo } from "../../model/run-states";
import { StepStatusSign } from "../canvas/step-status";
import { HumanInput } from "./human-input";

interface GoListProps {
  executionId: string;
  goes: readonly StepGo[];
  /** Nothing is asked any more while an earlier moment is looked at. */
  past: boolean;
}

/** Every go of a step: each round, each try, each review, with what came of it and the way to its own trace. */
export function GoList({ executionId, goes, past }: GoListProps) {
  return (
    <ol aria-label="Goes of the step" className="flex flex-col gap-3">
      {goes.map((go) => (
        <li key={go.key} className="flex min-w-0 flex-col gap-2 rounded-md border bg-surface p-2.5">
          <div className="flex flex-wrap items-center gap-2">
            <StepStatusSign status={go.status} worded />
            <code className="min-w-0 truncate text-2xs text-ink-3">{go.key}</code>
            {go.startedAt !== null && go.endedAt !== null && (
              <span className="nums text-xs text-ink-3">{duration((go.endedAt - go.startedAt) * 1000)}</span>
            )}
            {go.runId !== null && (
              <Link
                href={`/runs/${go.runId}`}
                className="ml-auto inline-flex items-center gap-1 text-xs text-accent-ink hover:underline"
              >
                Trace <span className="sr-only">of {go.key}</span> <ExternalLink aria-hidden className="size-3" />
              </Link>
            )}
          </div>
          {go.error && <p className="text-xs break-words text-bad-ink">{go.error}</p>}
          {go.output && <CodeBlock text={go.output} label={`Output of ${go.key}`} className="max-h-56 overflow-auto" />}
          {go.status === "waiting" && go.runId !== null && !past && (
            <HumanInput executionId={executionId} go={{ ...go, runId: go.runId }} />
          )}
        </li>
      ))}
    </ol>
  );
}
