"use client";

import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";

import type { FeedState, RunFeed } from "./run-feed";

const nothing = () => () => undefined;

/**
 * A run's events as they come, and for ever after; the id `null` follows nothing. `open` must stay the same function
 * from render to render, `idle` is the state until there is one.
 */
export function useRunFeed<T>(id: string | null, open: (id: string) => RunFeed<T>, idle: FeedState<T>) {
  const [opened, setOpened] = useState<{ id: string; feed: RunFeed<T> } | null>(null);
  useEffect(() => {
    if (id === null) return;
    const followed = open(id);
    // The feed is a connection: it can only be opened here, after the page is on screen.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    setOpened({ id, feed: followed });
    return () => {
      followed.close();
      setOpened(null);
    };
  }, [id, open]);
  // Until the effect has run, the feed is the one of the run before.
  const feed = opened?.id === id ? opened.feed : null;
  const state = useSyncExternalStore(
    feed?.subscribe ?? nothing,
    () => feed?.state() ?? idle,
    () => idle,
  );
  const reconnect = useCallback(() => feed?.reconnect(), [feed]);
  return useMemo(() => ({ ...state, reconnect }), [state, reconnect]);
}
