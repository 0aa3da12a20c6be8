"use client";

import { useState } from "react";

import { StatusBadge } from "@/components/status-badge";

import type { ExecutionTrace as Execution } from "../../hooks/use-execution-trace";
import { TraceActions } from "./trace-actions";
import { TraceStats } from "./trace-stats";
import { TraceView } from "./trace-view";

export interface EmbeddedTraceProps {
  execution: Execution;
  stacked?: boolean;
  /** Called with the new run's id when the reader runs it again. */
  onStarted: (executionId: string) => void;
}

/** A trace inside another page: playground, try-out, first run. */
export function EmbeddedTrace({ execution, stacked = false, onStarted }: EmbeddedTraceProps) {
  const [selected, setSelected] = useState<string | null>(null);
  const { trace } = execution;
  return (
    <div className="@container flex min-h-0 min-w-0 flex-1 flex-col">
      {(trace.lastSeq > 0 || trace.query !== "") && (
        <TraceStats
          trace={trace}
          lead={<StatusBadge status={trace.status} />}
          actions={<TraceActions trace={trace} compact onStarted={onStarted} />}
        />
      )}
      <TraceView execution={execution} selected={selected} onSelect={setSelected} stacked={stacked} />
    </div>
  );
}
