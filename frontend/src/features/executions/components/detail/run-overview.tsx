import { useQuery } from "@tanstack/react-query";
import { CircleX } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Markdown } from "@/components/ui/markdown";
import { Skeleton } from "@/components/ui/surface";
import { cn } from "@/lib/cn";
import { clockTime, cost, count, duration } from "@/lib/format";

import { endedExecutionQuery } from "../../api/get-execution";
import { waitedS } from "../../model/inside";
import { isOver, type Trace } from "../../model/trace";
import type { TraceEvent } from "../../model/trace-event";
import { runKind } from "../../model/trace-rows";
import { Annotations } from "./annotations";
import { AnsweredBy } from "./answered-by";
import { MarkBadges } from "../list/mark-badges";
import { Facts, Section } from "./detail-parts";
import { SourceList } from "./sources";

/** The run as a whole: what was asked, what came of it, what it cost. */
export function RunOverview({
  trace,
  onJumpToError,
  onSelect,
}: {
  trace: Trace;
  onJumpToError: () => void;
  onSelect: (id: string) => void;
}) {
  const waiting = trace.steps.find((step) => step.status === "waiting");
  const live = !isOver(trace);
  return (
    <>
      {trace.error && (
        <Callout
          tone={trace.status === "cancelled" ? "warn" : "bad"}
          title={trace.status === "cancelled" ? "Cancelled" : trace.error.code}
          action={
            trace.status === "failed" && (
              <Button size="sm" onClick={onJumpToError}>
                <CircleX /> Jump to error
              </Button>
            )
          }
        >
          {trace.error.message}
        </Callout>
      )}
      {trace.status === "waiting" && waiting && (
        <Callout
          tone="warn"
          title="The run waits for a person"
          action={
            <Button size="sm" onClick={() => onSelect(waiting.id)}>
              Answer
            </Button>
          }
        >
          A tool call needs a decision before it goes on.
        </Callout>
      )}
      {!live && <RunMarks executionId={trace.executionId} />}
      <Section title="Question">
        <p className="break-words whitespace-pre-wrap">{trace.query}</p>
      </Section>
      {(trace.answer || live) && (
        <Section title="Answer">
          <AnsweredBy events={trace.events} />
          <div aria-live="polite" aria-busy={live}>
            {trace.answer ? (
              <Markdown text={trace.answer} streaming={live && trace.status === "running"} />
            ) : (
              <AnswerPlaceholder />
            )}
          </div>
          <SourceList events={trace.events} />
        </Section>
      )}
      <Lines events={trace.events} />
      {!live && runKind(trace) === "agent" && <RunAnnotations executionId={trace.executionId} />}
      <Section title="Usage">
        <Facts
          facts={[
            ["Model", trace.model],
            ["Model calls", trace.totals.modelCalls],
            ["Tool calls", trace.totals.toolCalls],
            ["Input tokens", count(trace.totals.inputTokens)],
            ["Output tokens", count(trace.totals.outputTokens)],
            ["Cost", cost(trace.totals.costUsd)],
            [
              "Duration",
              trace.startedAt !== null && trace.endedAt !== null
                ? duration((trace.endedAt - trace.startedAt) * 1000)
                : null,
            ],
            ["Started", timeOf(trace.startedAt)],
            ["Ended", timeOf(trace.endedAt)],
            ["Queued", duration((waitedS(trace) ?? NaN) * 1000)],
            ["Attempt", trace.attempt > 1 ? trace.attempt : null],
            ["Retries", trace.totals.retries || null],
            ["Events", count(trace.events.length)],
          ]}
        />
      </Section>
    </>
  );
}

/** The marks are stored with the end of the run, so they are asked for after it. */
function RunMarks({ executionId }: { executionId: string }) {
  const { data } = useQuery(endedExecutionQuery(executionId));
  if (!data || data.marks.length === 0) return null;
  return (
    <div className="flex flex-wrap gap-1" aria-label="Out of the ordinary" role="group">
      <MarkBadges execution={data} />
    </div>
  );
}

/** What is said of the run; the address tells whose it is. */
function RunAnnotations({ executionId }: { executionId: string }) {
  const [owner] = useQueryState("owner", parseAsString);
  return <Annotations executionId={executionId} owner={owner} />;
}

function timeOf(epochS: number | null): string | null {
  return epochS === null ? null : clockTime(epochS * 1000);
}

const MAX_LINES = 200;

/** The calls and their results, one line each, as in the terminal. */
function Lines({ events }: { events: readonly TraceEvent[] }) {
  const lines = events.flatMap((event) =>
    event.type === "tool_start" || event.type === "tool_end"
      ? [{ seq: event.seq, line: event.line, type: event.type }]
      : [],
  );
  if (lines.length === 0) return null;
  return (
    <Section title="Tool calls">
      <ol
        className="flex flex-col gap-0.5 rounded-md border bg-sunken p-2.5 font-mono text-xs"
        data-testid="trace-lines"
      >
        {lines.slice(0, MAX_LINES).map(({ seq, line, type }) => (
          <li
            key={seq}
            className={cn(
              "break-words",
              type === "tool_start" ? "text-tool-ink" : line.startsWith("✘") ? "text-bad-ink" : "text-good-ink",
            )}
          >
            {line}
          </li>
        ))}
        {lines.length > MAX_LINES && (
          <li className="text-ink-3">… {lines.length - MAX_LINES} more in the list of steps</li>
        )}
      </ol>
    </Section>
  );
}

function AnswerPlaceholder() {
  return (
    <div className="flex flex-col gap-2" role="status" aria-label="Waiting for the answer">
      <Skeleton className="h-3.5 w-11/12" />
      <Skeleton className="h-3.5 w-8/12" />
    </div>
  );
}
