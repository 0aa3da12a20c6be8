/** The live trace of an execution, outside React. */
import { type FeedOptions, followRun, type RunFeed, type RunReducer } from "@/lib/run-feed";

import { applyTraceEvents, emptyTrace, isOver, type Trace } from "./trace";
import { isTerminal, parseTraceEvent, type TraceEvent } from "./trace-event";

const reducer: RunReducer<Trace, TraceEvent> = {
  empty: emptyTrace,
  parse: parseTraceEvent,
  isLast: isTerminal,
  apply: applyTraceEvents,
  lastSeq: (trace) => trace.lastSeq,
  hasGap: (trace) => trace.early.size > 0,
  isOver,
};

/** Follow an execution from its first event. Nothing is lost or doubled over reconnects: the reducer knows the seq. */
export function followTrace(executionId: string, options?: FeedOptions): RunFeed<Trace> {
  return followRun(executionId, reducer, options);
}
