"use client";

import { useCallback } from "react";

import type { FeedState } from "@/lib/run-feed";
import { useRunFeed } from "@/lib/use-run-feed";

import { emptyTrace, type Trace } from "../model/trace";
import { followTrace } from "../model/trace-feed";

const idle: FeedState<Trace> = { trace: emptyTrace, stream: { phase: "connecting" } };

export interface ExecutionTrace extends FeedState<Trace> {
  reconnect: () => void;
}

/** The trace of an execution, live and for ever after; `null` follows nothing. `owner`: whose, if not the caller's. */
export function useExecutionTrace(executionId: string | null, owner: string | null = null): ExecutionTrace {
  const open = useCallback((id: string) => followTrace(id, { owner }), [owner]);
  return useRunFeed(executionId, open, idle);
}
