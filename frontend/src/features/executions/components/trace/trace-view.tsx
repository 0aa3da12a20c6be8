"use client";

import { type CSSProperties, memo } from "react";

import { ErrorBoundary } from "@/components/ui/error-boundary";
import { SkeletonRows } from "@/components/ui/surface";
import { Splitter } from "@/components/ui/splitter";
import { cn } from "@/lib/cn";
import { useNow } from "@/lib/use-now";
import { useViewStore } from "@/stores/view";

import type { ExecutionTrace } from "../../hooks/use-execution-trace";
import { useReplay } from "../../hooks/use-replay";
import { type Selection, useTraceView } from "../../hooks/use-trace-view";
import { stepWindow } from "../../model/inside";
import { isOver } from "../../model/trace";
import { timeWindow } from "../../model/waterfall";
import { ConnectionBanner } from "./connection-banner";
import { DetailPane } from "../detail/detail-pane";
import { EventList } from "./event-list";
import { ReplayBar } from "./replay-bar";
import { StepList } from "./step-list";
import { TraceToolbar } from "./trace-toolbar";

export interface TraceViewProps {
  execution: ExecutionTrace;
  selected: Selection;
  onSelect: (selection: Selection) => void;
  /** Below each other instead of side by side, for narrow places. */
  stacked?: boolean;
}

/** The server's clock comes in whole seconds. */
const DATE_PRECISION_MS = 1000;

/** The trace of one execution: steps on the left, what is chosen on the right, time below. Drawn anew when it changes, not with the page around it. */
export const TraceView = memo(function TraceView({ execution, selected, onSelect, stacked = false }: TraceViewProps) {
  const { trace: live, stream, reconnect } = execution;
  const replay = useReplay(live);
  const { trace } = replay;
  const view = useTraceView(trace, selected, onSelect);
  // The list is pulled along by what happens now, not by the history that a page opened later takes in first.
  const pulled =
    view.follow && !isOver(live) && stream.phase === "live" && live.lastAt * 1000 >= stream.since - DATE_PRECISION_MS;
  const running = !isOver(live) && live.startedAt !== null;
  const now = useNow(100, running) / 1000;
  const whole = timeWindow(live.startedAt, live.endedAt, Math.max(now, live.lastAt));
  const clock = replay.active ? whole.from + replay.at : whole.to;
  const zoomed = view.zoom === null ? undefined : live.steps[live.places.get(view.zoom) ?? -1];
  const window = zoomed ? stepWindow(zoomed, clock) : whole;
  const { detailsWidth, setDetailsWidth } = useViewStore();

  if (live.lastSeq === 0 && live.query === "") {
    return (
      <div className="flex-1">
        <ConnectionBanner stream={stream} resumed={false} onReconnect={reconnect} />
        {stream.phase !== "refused" && <SkeletonRows />}
      </div>
    );
  }
  return (
    <ErrorBoundary what="The trace" resetKey={live.executionId}>
      <div
        className="flex min-h-0 min-w-0 flex-1 flex-col bg-surface"
        data-testid="trace"
        data-status={live.status}
        data-events={live.events.length}
      >
        <ConnectionBanner stream={stream} resumed={running && live.lastSeq > 0} onReconnect={reconnect} />
        <div
          style={{ "--details": `${detailsWidth}%` } as CSSProperties}
          className={cn("flex min-h-0 min-w-0 flex-1 flex-col", !stacked && "lg:flex-row")}
        >
          <div
            className={cn(
              "flex max-h-[55vh] min-h-56 min-w-0 flex-col",
              !stacked && "lg:max-h-none lg:min-w-72 lg:flex-1",
            )}
          >
            <TraceToolbar view={view} live={running} />
            {view.mode === "steps" ? (
              <StepList trace={trace} view={view} window={window} clock={clock} pulled={pulled} />
            ) : (
              <EventList trace={trace} view={view} pulled={pulled} />
            )}
          </div>
          {!stacked && (
            <Splitter
              label="Width of the details"
              value={detailsWidth}
              min={25}
              max={65}
              onChange={setDetailsWidth}
              className="max-lg:hidden"
            />
          )}
          <div
            className={cn(
              "flex min-h-72 min-w-0 flex-1 border-t",
              !stacked && "lg:w-(--details) lg:min-w-72 lg:flex-none lg:border-t-0",
            )}
          >
            <DetailPane trace={trace} view={view} />
          </div>
        </div>
        <ReplayBar replay={replay} />
      </div>
    </ErrorBoundary>
  );
});
