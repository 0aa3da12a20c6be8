/** A run followed outside React: its events are read, reduced once per animation frame, its listeners notified. */
import { type EventStream, openEventStream, type StreamState } from "./event-stream";
import { authorizedFetch } from "./session";

/** What has become of a run's events, and how their stream stands. */
export interface FeedState<T> {
  trace: T;
  stream: StreamState;
}

export interface RunFeed<T> {
  subscribe(listener: () => void): () => void;
  state(): FeedState<T>;
  /** Do not wait for the backoff. */
  reconnect(): void;
  close(): void;
}

export interface FeedOptions {
  fetch?: typeof fetch;
  /** Calls back before the next paint; returns how to take that back. */
  schedule?: (callback: () => void) => () => void;
  /** Whose run it is, if not the caller's own. */
  owner?: string | null;
}

/** How a run's events become what is shown of it; events that come twice are the reducer's to know by their seq. */
export interface RunReducer<T, E> {
  empty: T;
  /** The event in a message's data, if it is one. */
  parse: (data: string) => E | undefined;
  isLast: (event: E) => boolean;
  apply: (trace: T, events: readonly E[]) => T;
  /** The seq up to which nothing is missing. */
  lastSeq: (trace: T) => number;
  /** Whether events have come that follow others which have not. */
  hasGap: (trace: T) => boolean;
  isOver: (trace: T) => boolean;
}

/** A gap that does not close by itself within this time is asked for again. */
const GAP_MS = 1500;

/** Where the events of a run are followed. */
export function streamUrl(executionId: string, owner: string | null = null): string {
  const whose = owner === null ? "" : `?owner=${encodeURIComponent(owner)}`;
  return `/api/v1/executions/${encodeURIComponent(executionId)}/stream${whose}`;
}

/** Follow a run from its first event. Nothing is lost or doubled over reconnects. */
export function followRun<T, E>(
  executionId: string,
  reducer: RunReducer<T, E>,
  { fetch = authorizedFetch, schedule = beforeNextPaint, owner = null }: FeedOptions = {},
): RunFeed<T> {
  let state: FeedState<T> = { trace: reducer.empty, stream: { phase: "connecting" } };
  let waiting: E[] = [];
  let cancelFlush: (() => void) | undefined;
  let gap: ReturnType<typeof setTimeout> | undefined;
  let closed = false;
  const listeners = new Set<() => void>();

  const publish = (next: FeedState<T>): void => {
    state = next;
    for (const listener of listeners) listener();
  };

  const flush = (): void => {
    cancelFlush = undefined;
    const events = waiting;
    waiting = [];
    const trace = reducer.apply(state.trace, events);
    publish({ ...state, trace });
    checkGap(trace);
  };

  const checkGap = (trace: T): void => {
    if (reducer.hasGap(trace)) {
      gap ??= setTimeout(reopen, GAP_MS);
      return;
    }
    clearTimeout(gap);
    gap = undefined;
  };

  const reopen = (): void => {
    gap = undefined;
    stream.close();
    stream = open(reducer.lastSeq(state.trace));
  };

  const open = (after: number): EventStream =>
    openEventStream({
      url: streamUrl(executionId, owner),
      lastEventId: after > 0 ? `${executionId}:${after}` : "",
      fetch,
      onMessage: ({ data }) => {
        const event = reducer.parse(data);
        if (!event) return false;
        waiting.push(event);
        cancelFlush ??= reducer.lastSeq(state.trace) === 0 ? atOnce(flush) : schedule(flush);
        return reducer.isLast(event);
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
      if (!reducer.isOver(state.trace)) stream.reconnect();
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
