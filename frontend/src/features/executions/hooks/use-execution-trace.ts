"use client";

import { useCallback, useEffect, useState, useSyncExternalStore } from "react";

import { emptyTrace } from "../model/trace";
import { type FeedState, followTrace, type TraceFeed } from "../model/trace-feed";

const idle: FeedState = { trace: emptyTrace, stream: { phase: "connecting" } };
const nothing = () => () => undefined;

export interface ExecutionTrace extends FeedState {
  reconnect: () => void;
}

/** The trace of an execution, live and for ever after; `null` follows nothing. */
export function useExecutionTrace(executionId: string | null): ExecutionTrace {
  const [feed, setFeed] = useState<TraceFeed | null>(null);
  useEffect(() => {
    if (executionId === null) return;
    const opened = followTrace(executionId);
    // The feed is a connection: it can only be opened here, after the page is on screen.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    setFeed(opened);
    return () => {
      opened.close();
      setFeed(null);
    };
  }, [executionId]);
  const state = useSyncExternalStore(feed?.subscribe ?? nothing, () => feed?.state() ?? idle, () => idle);
  const reconnect = useCallback(() => feed?.reconnect(), [feed]);
  return { ...state, reconnect };
}
