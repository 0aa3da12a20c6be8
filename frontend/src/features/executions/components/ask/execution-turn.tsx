"use client";

import { ChevronRight, Wrench } from "lucide-react";
import Link from "next/link";
import { useEffect, useRef } from "react";

import { StatusBadge } from "@/components/status-badge";
import { Ago } from "@/components/ui/ago";
import { Callout } from "@/components/ui/callout";
import { TraceIcon } from "@/components/ui/icons";
import { Markdown } from "@/components/ui/markdown";
import { Skeleton } from "@/components/ui/surface";
import type { ExecutionSummary } from "@/lib/api";
import { cost, count, duration } from "@/lib/format";
import { useNow } from "@/lib/use-now";

import { isLive } from "../../api/list-executions";
import { useExecutionTrace } from "../../hooks/use-execution-trace";
import { questionTitle } from "../../model/answer";
import { isOver, type Trace } from "../../model/trace";
import { SourceList } from "../detail/sources";
import { AnswerForm } from "../interrupts/answer-form";
import { Asked } from "./asked";

/** A turn of a chat: the question, the answer as it comes, what it took, and the way to the trace. */
export function ExecutionTurn({ execution, onEnd }: { execution: ExecutionSummary; onEnd: () => void }) {
  return (
    <article
      aria-label={`Turn: ${execution.query.slice(0, 80)}`}
      className="flex min-w-0 flex-col gap-3"
      data-testid="turn"
      data-status={execution.status}
    >
      <Asked execution={execution} />
      {isLive(execution) ? <LiveAnswer execution={execution} onEnd={onEnd} /> : <StoredAnswer execution={execution} />}
    </article>
  );
}

function StoredAnswer({ execution }: { execution: ExecutionSummary }) {
  const { id, result, error, status, duration_ms, usage, cost_usd } = execution;
  return (
    <div className="flex min-w-0 flex-col gap-2">
      {result && <Markdown text={result} />}
      {error && (
        <Callout
          tone={status === "cancelled" ? "warn" : "bad"}
          title={status === "cancelled" ? "Cancelled" : error.code}
        >
          {error.message}
        </Callout>
      )}
      {!result && !error && (
        <div>
          <StatusBadge status={status} />
        </div>
      )}
      <TurnFacts
        id={id}
        at={execution.created_at}
        facts={[
          duration(duration_ms),
          usage.total_tokens ? `${count(usage.total_tokens ?? 0)} tokens` : "–",
          usage.tool_calls ? calls(usage.tool_calls) : "–",
          cost(cost_usd),
        ]}
      />
    </div>
  );
}

/** Follows the trace; an answer that is through stays on screen until the stored one takes its place. */
function LiveAnswer({ execution, onEnd }: { execution: ExecutionSummary; onEnd: () => void }) {
  const { trace } = useExecutionTrace(execution.id);
  const ended = useRef(onEnd);
  useEffect(() => {
    ended.current = onEnd;
  }, [onEnd]);
  const over = isOver(trace);
  useEffect(() => {
    if (over) ended.current();
  }, [over]);
  const now = useNow(1000, !over);
  const since = trace.startedAt === null ? null : now - trace.startedAt * 1000;
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <Work trace={trace} />
      <div aria-live="polite" aria-busy={!over}>
        {trace.answer ? (
          <Markdown text={trace.answer} streaming={trace.status === "running"} />
        ) : (
          trace.status !== "waiting" && !over && <Thinking />
        )}
      </div>
      <SourceList events={trace.events} />
      {trace.error && (
        <Callout
          tone={trace.status === "cancelled" ? "warn" : "bad"}
          title={trace.status === "cancelled" ? "Cancelled" : trace.error.code}
        >
          {trace.error.message}
        </Callout>
      )}
      <Questions trace={trace} />
      <TurnFacts
        id={execution.id}
        at={execution.created_at}
        facts={[over ? "–" : duration(Math.max(0, since ?? 0))]}
        live={!over}
      />
    </div>
  );
}

/** What the agent does: one line per call. */
function Work({ trace }: { trace: Trace }) {
  const steps = trace.steps.filter(({ kind }) => kind === "tool");
  if (steps.length === 0) return null;
  return (
    <ul aria-label="Tool calls" className="flex flex-col gap-1">
      {steps.slice(-5).map((step) => (
        <li key={step.id} className="flex min-w-0 items-center gap-2 text-xs text-ink-3">
          <Wrench
            aria-hidden
            className={step.endedAt === null ? "breathe size-3.5 text-tool-ink" : "size-3.5 text-tool-ink"}
          />
          <code className="truncate font-mono">
            {step.opened.type === "tool_start" ? step.opened.line.replace(/^▶ /, "") : step.name}
          </code>
          {step.endedAt !== null && (
            <span className="nums shrink-0">{duration((step.endedAt - step.startedAt) * 1000)}</span>
          )}
        </li>
      ))}
    </ul>
  );
}

/** What the run asks a person, with the form to answer it here. */
function Questions({ trace }: { trace: Trace }) {
  const open = trace.steps.filter((step) => step.status === "waiting" && step.opened.type === "interrupt");
  return open.map(({ id, opened }) =>
    opened.type !== "interrupt" ? null : (
      <section key={id} aria-label="Question to you" className="flex flex-col gap-2">
        <Callout tone="warn" title={questionTitle(opened, opened.reason)}>
          <code className="font-mono text-xs break-words">{JSON.stringify(opened.value.arguments ?? {})}</code>
        </Callout>
        <AnswerForm
          executionId={trace.executionId}
          question={{ id: opened.interrupt_id, value: opened.value, response_schema: opened.response_schema }}
        />
      </section>
    ),
  );
}

function TurnFacts({
  id,
  at,
  facts,
  live = false,
}: {
  id: string;
  at: string;
  facts: readonly string[];
  live?: boolean;
}) {
  const now = useNow(30_000);
  return (
    <p className="nums flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-ink-3">
      <Link href={`/runs/${id}`} className="inline-flex items-center gap-1 rounded-sm text-accent-ink hover:underline">
        <TraceIcon className="size-3.5" /> {live ? "Watch the trace" : "Trace"}{" "}
        <ChevronRight aria-hidden className="-ml-1 size-3" />
      </Link>
      {facts
        .filter((fact) => fact !== "–")
        .map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
      <Ago at={at} now={now} />
    </p>
  );
}

function Thinking() {
  return (
    <div className="flex flex-col gap-2" role="status" aria-label="Waiting for the answer">
      <Skeleton className="h-3.5 w-9/12" />
      <Skeleton className="h-3.5 w-6/12" />
    </div>
  );
}

function calls(number: number): string {
  return `${number} tool ${number === 1 ? "call" : "calls"}`;
}
