"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useRef } from "react";

import { AgentIcon } from "@/components/ui/icons";
import { cn } from "@/lib/cn";
import { duration, oneLine, tokenPair } from "@/lib/format";

import type { TraceView } from "../../hooks/use-trace-view";
import { isOver, type Trace } from "../../model/trace";
import { ticks, type TimeWindow } from "../../model/waterfall";
import { ROW_HEIGHT, rowGrid, rowId, RunRow, StepRow } from "./step-row";

/** More elements than are ever shown at once. */
const POOL = 160;

interface StepListProps {
  trace: Trace;
  view: TraceView;
  window: TimeWindow;
  /** Where open bars end (epoch s). */
  clock: number;
  /** Whether new steps pull the list along. */
  pulled: boolean;
}

/** The waterfall: a tree of steps; only the visible part is in the document. */
export function StepList({ trace, view, window, clock, pulled }: StepListProps) {
  const box = useRef<HTMLDivElement>(null);
  const { rows, selected, select, toggle, follow } = view;
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtual = useVirtualizer({
    count: rows.length + 1,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  });
  const current = selected === null ? 0 : rows.findIndex((row) => row.step.id === selected) + 1;
  const live = !isOver(trace);

  useEffect(() => {
    if (pulled) virtual.scrollToIndex(rows.length, { align: "end" });
  }, [pulled, rows.length, virtual]);

  // Once for each choice, as soon as its row is there (a link may be older than the page's events): a growing tree must
  // not pull the view about.
  const shown = useRef<string | null>(null);
  useEffect(() => {
    if (shown.current === selected || (selected !== null && current === 0)) return;
    shown.current = selected;
    if (selected !== null) virtual.scrollToIndex(current, { align: "auto" });
  }, [selected, current, virtual]);

  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[current - 1];
    const move: Record<string, () => void> = {
      ArrowDown: () => select(rows[Math.min(rows.length, current + 1) - 1]?.step.id ?? null),
      ArrowUp: () => select(rows[current - 2]?.step.id ?? null),
      Home: () => select(null),
      End: () => select(rows.at(-1)?.step.id ?? null),
      ArrowRight: () => row?.children && row.collapsed && toggle(row.step.id),
      ArrowLeft: () => (row?.children && !row.collapsed ? toggle(row.step.id) : select(row?.step.parentId ?? null)),
    };
    if (!move[event.key]) return;
    event.preventDefault();
    move[event.key]?.();
  };

  const startedAt = trace.startedAt ?? window.from;
  return (
    <div className="@container flex min-h-0 flex-1 flex-col">
      <Axis window={window} startedAt={startedAt} />
      <div
        ref={box}
        role="tree"
        aria-label="Steps of the run"
        tabIndex={0}
        aria-activedescendant={rowId(selected !== null && current > 0 ? selected : null)}
        onKeyDown={onKeyDown}
        onWheel={(event) => event.deltaY < 0 && follow && live && view.setFollow(false)}
        className="min-h-40 flex-1 overflow-y-auto focus-visible:outline-offset-[-2px]"
      >
        <div role="none" className="relative w-full" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index - 1];
            return (
              // Elements are used again for other rows: making new ones is what scrolling would spend its time on.
              <div
                key={item.index % POOL}
                role="none"
                className="absolute inset-x-0 top-0 h-7.5 [contain:strict]"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {row ? (
                  <StepRow
                    row={row}
                    window={window}
                    clock={clock}
                    selected={row.step.id === selected}
                    onSelect={select}
                    onToggle={toggle}
                  />
                ) : (
                  <RunRow
                    selected={selected === null}
                    onSelect={() => select(null)}
                    icon={<AgentIcon className="size-3.5 shrink-0 text-accent-ink" />}
                    name={trace.agentName || "Run"}
                    line={oneLine(trace.query)}
                    tokens={tokenPair(trace.totals.inputTokens, trace.totals.outputTokens)}
                    ms={((trace.endedAt ?? clock) - startedAt) * 1000}
                    window={window}
                    startedAt={startedAt}
                    endedAt={trace.endedAt ?? clock}
                    colour="bg-accent"
                    running={live && trace.status === "running"}
                    failed={trace.status === "failed"}
                  />
                )}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Axis({ window, startedAt }: { window: TimeWindow; startedAt: number }) {
  const total = (window.to - window.from) * 1000;
  const offset = (window.from - startedAt) * 1000;
  const place = (ms: number) => (ms - offset) / total;
  return (
    <div
      aria-hidden
      className={`${rowGrid} h-6 shrink-0 border-b border-l-2 border-l-transparent bg-sunken/60 pr-3 text-2xs text-ink-3`}
    >
      <span className="pl-2.5">Step</span>
      <span className="hidden text-right @2xl:block">Tokens</span>
      <span className="text-right">Duration</span>
      <div className="relative ml-3 hidden h-full overflow-hidden @md:block">
        {ticks(window, startedAt)
          .filter((ms) => place(ms) < 0.86)
          .map((ms, index) => (
            <span
              key={ms}
              className={cn(
                "nums absolute top-1 border-l border-line-strong pl-1 leading-4 whitespace-nowrap",
                index % 2 === 1 && "hidden @2xl:block",
              )}
              style={{ left: `${place(ms) * 100}%` }}
            >
              {axisLabel(ms)}
            </span>
          ))}
      </div>
    </div>
  );
}

function axisLabel(ms: number): string {
  if (ms === 0) return "0";
  if (ms >= 3_600_000 && ms % 3_600_000 === 0) return `${ms / 3_600_000} h`;
  if (ms >= 60_000 && ms % 60_000 === 0) return `${ms / 60_000} min`;
  return ms >= 1000 ? `${Number((ms / 1000).toFixed(3))} s` : duration(ms);
}
