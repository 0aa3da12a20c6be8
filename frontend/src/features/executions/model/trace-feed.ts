/** A live trace outside React: reads the stream, reduces it once per animation frame, notifies its listeners. */
import { type EventStream, openEventStream, type StreamState } from "@/lib/event-stream";
import { authorizedFetch } from "@/lib/session";

import { applyTraceEvents, emptyTrace, isOver, type Trace } from "./trace";
import { isTerminal, parseTraceEvent, type TraceEvent } from "./trace-event";

export interface FeedState {
  trace: Trace;
  stream: StreamState;
}

export interface TraceFeed {
  subscribe(listener: () => void): () => void;
  state(): FeedState;
  /** Do not wait for the backoff. */
  reconnect(): void;
  close(): void;
}

export interface FeedOptions {
  fetch?: typeof fetch;
  /** Calls back before the next paint; returns how to take that back. */
  schedule?: (callback: () => void) => () => void;
  /** Whose execution it is, if not the caller's own. */
  owner?: string | null;
}

/** A gap that does not close by itself within this time is asked for again. */
const GAP_MS = 1500;

/** Where the trace of an execution is followed. */
export function streamUrl(executionId: string, owner: string | null = null): string {
  const whose = owner === null ? "" : `?owner=${encodeURIComponent(owner)}`;
  return `/api/v1/executions/${encodeURIComponent(executionId)}/stream${whose}`;
}

/** Follow an execution from its first event. Nothing is lost or doubled over reconnects: the reducer knows the seq. */
export function followTrace(
  executionId: string,
  { fetch = authorizedFetch, schedule = beforeNextPaint, owner = null }: FeedOptions = {},
): TraceFeed {
  let state: FeedState = { trace: emptyTrace, stream: { phase: "connecting" } };
  let waiting: TraceEvent[] = [];
  let cancelFlush: (() => void) | undefined;
  let gap: ReturnType<typeof setTimeout> | undefined;
  let closed = false;
  const listeners = new Set<() => void>();

  const publish = (next: FeedState): void => {
    state = next;
    for (const listener of listeners) listener();
  };

  const flush = (): void => {
    cancelFlush = undefined;
    const events = waiting;
    waiting = [];
    const trace = applyTraceEvents(state.trace, events);
    publish({ ...state, trace });
    checkGap(trace);
  };

  const checkGap = (trace: Trace): void => {
    if (trace.early.size > 0) {
      gap ??= setTimeout(reopen, GAP_MS);
      return;
    }
    clearTimeout(gap);
    gap = undefined;
  };

  const reopen = (): void => {
    gap = undefined;
    stream.close();
    stream = open(state.trace.lastSeq);
  };

  const open = (after: number): EventStream =>
    openEventStream({
      url: streamUrl(executionId, owner),
      lastEventId: after > 0 ? `${executionId}:${after}` : "",
      fetch,
      onMessage: ({ data }) => {
        const event = parseTraceEvent(data);
        if (!event) return false;
        waiting.push(event);
        cancelFlush ??= state.trace.lastSeq === 0 ? atOnce(flush) : schedule(flush);
        return isTerminal(event);
      },
      onState: (streamState) => {
        if (closed) return;
        // The end is published together with the last events, not a frame before them.
        if (streamState.phase === "ended" && cancelFlush) {
          cancelFlush();
          state = { ...state, stream: streamState };
          flush();
        } else publish({ ...state, stream: streamState });
      },
    });

  let stream = open(0);
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    state: () => state,
    reconnect: () => {
      if (!isOver(state.trace)) stream.reconnect();
    },
    close() {
      closed = true;
      clearTimeout(gap);
      cancelFlush?.();
      stream.close();
    },
  };
}

/** Before anything else, but with all that the same piece of the stream has brought: the first events do not wait for a frame. */
function atOnce(callback: () => void): () => void {
  let wanted = true;
  queueMicrotask(() => wanted && callback());
  return () => {
    wanted = false;
  };
}

/** An animation frame; in a hidden tab, where there are none, a timer. */
function beforeNextPaint(callback: () => void): () => void {
  if (typeof document === "undefined" || document.hidden) {
    const timer = setTimeout(callback, 100);
    return () => clearTimeout(timer);
  }
  // A tab may be hidden between asking and painting: the timer makes sure that the events are taken all the same.
  let done = false;
  const once = (): void => {
    if (done) return;
    done = true;
    cancel();
    callback();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, 500);
  const cancel = (): void => {
    done = true;
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
  return cancel;
}
