"use client";

import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";

import { emptyTrace } from "../model/trace";
import { type FeedState, followTrace, type TraceFeed } from "../model/trace-feed";

const idle: FeedState = { trace: emptyTrace, stream: { phase: "connecting" } };
const nothing = () => () => undefined;

export interface ExecutionTrace extends FeedState {
  reconnect: () => void;
}

/** The trace of an execution, live and for ever after; `null` follows nothing. `owner`: whose, if not the caller's. */
export function useExecutionTrace(executionId: string | null, owner: string | null = null): ExecutionTrace {
  const [opened, setOpened] = useState<{ id: string; feed: TraceFeed } | null>(null);
  useEffect(() => {
    if (executionId === null) return;
    const followed = followTrace(executionId, { owner });
    // The feed is a connection: it can only be opened here, after the page is on screen.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    setOpened({ id: executionId, feed: followed });
    return () => {
      followed.close();
      setOpened(null);
    };
  }, [executionId, owner]);
  // Until the effect has run, the feed is the one of the execution before.
  const feed = opened?.id === executionId ? opened.feed : null;
  const state = useSyncExternalStore(
    feed?.subscribe ?? nothing,
    () => feed?.state() ?? idle,
    () => idle,
  );
  const reconnect = useCallback(() => feed?.reconnect(), [feed]);
  return useMemo(() => ({ ...state, reconnect }), [state, reconnect]);
}
