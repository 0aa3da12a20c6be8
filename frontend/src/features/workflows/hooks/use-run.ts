"use client";

import { useMemo } from "react";

import type { StreamState } from "@/lib/event-stream";
import { type FeedState, followRun } from "@/lib/run-feed";
import { useRunFeed } from "@/lib/use-run-feed";

import { emptyLog, type RunLog, runLogReducer } from "../model/run-log";
import { applyRunEvents, emptyRun, type RunState } from "../model/run-states";

export interface FollowedRun {
  run: RunState;
  /** The run as it was after each of its events, for the scrubber: `at(0)` is before the first. */
  at: (count: number) => RunState;
  count: number;
  stream: StreamState;
}

const idle: FeedState<RunLog> = { trace: emptyLog, stream: { phase: "connecting" } };
const open = (id: string) => followRun(id, runLogReducer);

/** A run of a workflow, live and for ever after, from its event stream. */
export function useRun(executionId: string): FollowedRun {
  const {
    trace: { events },
    stream,
  } = useRunFeed(executionId, open, idle);
  const run = useMemo(() => applyRunEvents(emptyRun, events), [events]);
  return { run, at: (count) => applyRunEvents(emptyRun, events.slice(0, count)), count: events.length, stream };
}
