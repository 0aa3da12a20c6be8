import { ChevronRight } from "lucide-react";
import { memo, type ReactNode } from "react";

import { cn } from "@/lib/cn";
import { duration, oneLine, tokenPair } from "@/lib/format";

import type { Step } from "../../model/trace";
import { stepLine, type TraceRow } from "../../model/trace-rows";
import { bar, type TimeWindow } from "../../model/waterfall";
import { kindColours, StepIcon } from "./step-icon";

export const ROW_HEIGHT = 30;
/** Name, tokens where there is room, duration, bar; narrow places have no track, but a thin line below the row. */
export const rowGrid =
  "grid grid-cols-[minmax(0,1fr)_4.25rem] items-center @md:grid-cols-[minmax(0,1fr)_4.25rem_minmax(6rem,30%)] @2xl:grid-cols-[minmax(0,1fr)_5.5rem_4.25rem_minmax(9rem,34%)]";

interface RowProps {
  id: string;
  level: number;
  selected: boolean;
  onSelect: () => void;
  icon: ReactNode;
  name: string;
  line: string;
  tokens: string;
  ms: number | null;
  window: TimeWindow;
  startedAt: number;
  endedAt: number;
  colour: string;
  running: boolean;
  failed: boolean;
  branch?: { open: boolean; onToggle: () => void };
}

/** One line of the waterfall. */
function Row(props: RowProps) {
  const {
    id,
    level,
    selected,
    onSelect,
    icon,
    name,
    line,
    tokens,
    ms,
    window,
    startedAt,
    endedAt,
    colour,
    running,
    failed,
    branch,
  } = props;
  const place = bar(window, startedAt, endedAt);
  const look = cn("absolute rounded-[3px]", failed ? "bg-bad" : colour, running && "breathe");
  return (
    // The keyboard is served by the tree around (arrow keys move the active descendant).
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      id={id}
      role="treeitem"
      tabIndex={-1}
      aria-level={level}
      aria-selected={selected}
      aria-expanded={branch?.open}
      onClick={onSelect}
      className={cn(
        rowGrid,
        "relative h-7.5 cursor-default border-l-2 border-transparent pr-3 hover:bg-hover",
        selected && "border-accent bg-accent-soft hover:bg-accent-soft",
      )}
    >
      <div className="flex min-w-0 items-center gap-1.5" style={{ paddingLeft: 6 + (level - 1) * 16 }}>
        {branch ? (
          <button
            type="button"
            tabIndex={-1}
            aria-hidden
            onClick={(event) => (event.stopPropagation(), branch.onToggle())}
            className="-m-1 rounded-sm p-1 text-ink-3 hover:text-ink"
          >
            <ChevronRight className={cn("size-3.5 transition-transform", branch.open && "rotate-90")} />
          </button>
        ) : (
          <span className="w-3.5 shrink-0" />
        )}
        {icon}
        <span className={cn("max-w-[60%] shrink-0 truncate font-medium", failed && "text-bad-ink")}>{name}</span>
        <span className="min-w-0 truncate font-mono text-2xs text-ink-3">{line}</span>
      </div>
      <span className="nums hidden truncate text-right text-2xs text-ink-3 @2xl:block">{tokens}</span>
      <span className={cn("nums text-right text-xs text-ink-2", running && "text-accent-ink")}>
        {ms === null ? "" : duration(ms)}
      </span>
      <div aria-hidden className="relative ml-3 hidden h-full @md:block">
        {place && (
          <span
            className={cn(look, "top-2.5 h-2.5 min-w-[3px]")}
            style={{ left: `min(${place.left}%, calc(100% - 3px))`, width: `${place.width}%` }}
          />
        )}
      </div>
      {place && (
        <span
          aria-hidden
          className={cn(look, "bottom-0 h-0.5 min-w-[3px] @md:hidden")}
          style={{ left: `min(${place.left}%, calc(100% - 3px))`, width: `${place.width}%` }}
        />
      )}
    </div>
  );
}

interface StepRowProps {
  row: TraceRow;
  window: TimeWindow;
  clock: number;
  selected: boolean;
  onSelect: (id: string) => void;
  onToggle: (id: string) => void;
}

/** A step as a line. Finished ones are not drawn again while time goes on, unless the window moves. */
export const StepRow = memo(function StepRow({ row, window, clock, selected, onSelect, onToggle }: StepRowProps) {
  const { step, depth, children, collapsed } = row;
  const endedAt = step.endedAt ?? Math.max(clock, step.startedAt);
  return (
    <Row
      id={rowId(step.id)}
      level={depth + 2}
      selected={selected}
      onSelect={() => onSelect(step.id)}
      icon={<StepIcon step={step} />}
      name={step.name}
      line={oneLine(stepLine(step))}
      tokens={step.usage ? tokenPair(step.usage.input_tokens, step.usage.output_tokens) : ""}
      ms={step.kind === "retry" || step.kind === "guardrail" ? null : stepMs(step, endedAt)}
      window={window}
      startedAt={step.startedAt}
      endedAt={endedAt}
      colour={kindColours[step.kind].bar}
      running={step.status === "running"}
      failed={step.status === "failed"}
      {...(children > 0 ? { branch: { open: !collapsed, onToggle: () => onToggle(step.id) } } : {})}
    />
  );
});

/** The run as a whole, the first line. */
export function RunRow(props: Omit<RowProps, "id" | "level" | "branch">) {
  return <Row id={rowId(null)} level={1} {...props} />;
}

/** The id of a line's element; `null` is the run. */
export function rowId(id: string | null): string {
  return `trace-row-${id ?? "run"}`;
}

/** How long a step took, by its own word where the log has one (a tool's clock is finer than the events'). */
export function stepMs(step: Step, endedAt: number): number {
  const said = step.closed && "duration_ms" in step.closed && step.kind !== "model" ? step.closed.duration_ms : null;
  if (typeof said === "number") return said;
  return (endedAt - step.startedAt) * 1000;
}
