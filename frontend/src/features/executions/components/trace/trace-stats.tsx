"use client";

import Link from "next/link";
import type { ReactNode } from "react";

import { AgentIcon } from "@/components/ui/icons";
import { cost, count, dateTime, duration } from "@/lib/format";
import { useNow } from "@/lib/use-now";

import { isOver, type Trace } from "../../model/trace";

/** The metrics of a run in one line, with what stands before and after them. */
export function TraceStats({ trace, lead, actions }: { trace: Trace; lead?: ReactNode; actions?: ReactNode }) {
  const live = !isOver(trace) && trace.startedAt !== null;
  const now = useNow(100, live);
  const { startedAt, endedAt, totals } = trace;
  const ms = startedAt === null ? null : endedAt === null ? now - startedAt * 1000 : (endedAt - startedAt) * 1000;
  return (
    <div className="nums flex shrink-0 flex-wrap items-center gap-x-4 gap-y-1 border-b bg-canvas px-3 py-1.5 text-xs text-ink-2 md:px-5">
      {lead}
      <Link
        href={`/agents/${trace.agentId}`}
        className="inline-flex items-center gap-1.5 font-medium text-ink hover:text-accent-ink @max-lg:hidden"
      >
        <AgentIcon className="size-3.5" />
        {trace.agentName} <span className="font-normal text-ink-3">v{trace.agentVersion}</span>
      </Link>
      {trace.model && <span>{trace.model}</span>}
      <span>{duration(ms)}</span>
      <span>
        {count(totals.inputTokens)} → {count(totals.outputTokens)} tokens
      </span>
      {totals.costUsd !== null && <span>{cost(totals.costUsd)}</span>}
      <span className="@max-lg:hidden">
        {totals.modelCalls} model {totals.modelCalls === 1 ? "call" : "calls"}, {totals.toolCalls} tool{" "}
        {totals.toolCalls === 1 ? "call" : "calls"}
      </span>
      {trace.attempt > 1 && <span className="text-warn-ink">attempt {trace.attempt}</span>}
      {startedAt !== null && (
        <span className="ml-auto text-ink-3 @max-3xl:hidden max-sm:hidden">
          {dateTime(new Date(startedAt * 1000).toISOString())}
        </span>
      )}
      {actions && <span className="ml-auto flex items-center gap-2">{actions}</span>}
    </div>
  );
}
