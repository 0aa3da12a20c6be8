"use client";

import { useRouter } from "next/navigation";
import { parseAsString, useQueryState } from "nuqs";
import { useCallback } from "react";

import { PageHeader } from "@/components/layout/page";
import { StatusBadge } from "@/components/status-badge";
import { oneLine } from "@/lib/format";

import { useExecutionTrace } from "../../hooks/use-execution-trace";
import { CanvasLink } from "./canvas-link";
import { OriginNote } from "./origin-note";
import { TraceActions } from "./trace-actions";
import { TraceStats } from "./trace-stats";
import { TraceView } from "./trace-view";

/** One execution, live or long over; the chosen step stands in the address, so that a link shows the same. */
export function ExecutionPage({ executionId }: { executionId: string }) {
  const router = useRouter();
  const [owner] = useQueryState("owner", parseAsString);
  const execution = useExecutionTrace(executionId, owner);
  const [step, setStep] = useQueryState("step", parseAsString);
  const select = useCallback((selection: string | null) => void setStep(selection), [setStep]);
  const { trace } = execution;
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <PageHeader
        parent={{ href: "/runs", label: "Runs" }}
        title={trace.query ? oneLine(trace.query, 120) : "Run"}
        facts={
          trace.lastSeq > 0 && (
            <>
              <StatusBadge status={trace.status} />
              <CanvasLink trace={trace} />
              <OriginNote executionId={executionId} owner={owner} />
              {owner && <span className="text-xs text-ink-3">Another user&apos;s run, only shown</span>}
            </>
          )
        }
        actions={
          trace.lastSeq > 0 &&
          owner === null && <TraceActions trace={trace} onStarted={(id) => router.push(`/runs/${id}`)} />
        }
      />
      {trace.lastSeq > 0 && <TraceStats trace={trace} />}
      <TraceView execution={execution} selected={step} onSelect={select} />
    </div>
  );
}
