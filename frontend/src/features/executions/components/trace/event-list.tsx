"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";

import { cn } from "@/lib/cn";
import { oneLine } from "@/lib/format";

import type { TraceView } from "../../hooks/use-trace-view";
import { verdictLine } from "../../model/guardrail-words";
import type { Trace } from "../../model/trace";
import type { TraceEvent } from "../../model/trace-event";

const ROW = 26;

const inks: Partial<Record<TraceEvent["type"], string>> = {
  token: "text-model-ink",
  message: "text-model-ink",
  usage: "text-model-ink",
  tool_start: "text-tool-ink",
  tool_end: "text-tool-ink",
  retry: "text-warn-ink",
  interrupt: "text-warn-ink",
  guardrail: "text-warn-ink",
  resume: "text-warn-ink",
  error: "text-bad-ink",
  cancelled: "text-bad-ink",
  complete: "text-good-ink",
};

/** The log as it is: every event with its number and time. */
export function EventList({ trace, view, pulled }: { trace: Trace; view: TraceView; pulled: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const wanted = view.search.trim().toLowerCase();
  const events = wanted
    ? trace.events.filter((event) => JSON.stringify(event).toLowerCase().includes(wanted))
    : trace.events;
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtual = useVirtualizer({
    count: events.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 16,
  });
  useEffect(() => {
    if (pulled && events.length > 0) virtual.scrollToIndex(events.length - 1, { align: "end" });
  }, [pulled, events.length, virtual]);

  return (
    <div
      ref={box}
      className="min-h-40 flex-1 overflow-y-auto"
      onWheel={(event) => event.deltaY < 0 && view.setFollow(false)}
    >
      <ol aria-label="Events of the run" className="relative w-full" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const event = events[item.index];
          if (!event) return null;
          return (
            <li
              key={event.seq}
              className="absolute inset-x-0 top-0 h-6.5 [contain:strict]"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <button
                type="button"
                aria-pressed={view.selected === `#${event.seq}`}
                onClick={() => view.select(`#${event.seq}`)}
                className="flex h-6.5 w-full items-center gap-3 border-l-2 border-transparent px-3 text-left font-mono text-2xs hover:bg-hover focus-visible:outline-offset-[-2px] aria-pressed:border-accent aria-pressed:bg-accent-soft"
              >
                <span className="nums w-9 shrink-0 text-right text-ink-3">{event.seq}</span>
                <span className="nums w-16 shrink-0 text-right text-ink-3">
                  +{((event.timestamp - (trace.startedAt ?? event.timestamp)) * 1000).toFixed(0)} ms
                </span>
                <span className={cn("w-20 shrink-0", inks[event.type] ?? "text-node-ink")}>{event.type}</span>
                <span className="truncate text-ink-2">{oneLine(summary(event))}</span>
              </button>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function summary(event: TraceEvent): string {
  switch (event.type) {
    case "connection":
      return event.query;
    case "node_start":
    case "node_end":
      return event.node;
    case "token":
    case "message":
      return (
        event.content || (event.type === "message" ? (event.tool_calls ?? []).map((call) => call.name).join(", ") : "")
      );
    case "tool_start":
    case "tool_end":
      return event.line;
    case "task_start":
      return `${event.name} ${event.part ?? ""}`.trim();
    case "task_end":
      return `${event.name}: ${event.status} ${event.error?.message ?? event.output ?? ""}`.trim();
    case "retrieval":
      return `${event.query}: ${event.sources.length} found`;
    case "usage":
      return `${event.model}: ${event.input_tokens} in, ${event.output_tokens} out`;
    case "resume":
      return `${event.answered_by}: ${JSON.stringify(event.answer)}`;
    case "guardrail":
      return `${event.name}: ${verdictLine(event)}`;
    case "retry":
    case "interrupt":
    case "cancelled":
      return event.reason;
    case "complete":
      return event.result;
    case "error":
      return event.message;
    default:
      return "";
  }
}
