"use client";

import { useEffect, useMemo, useState } from "react";

import { openEventStream, type StreamState } from "@/lib/event-stream";
import { authorizedFetch } from "@/lib/session";

import { applyRunEvents, emptyRun, type RunEvent, type RunState } from "../model/run-states";

interface Followed {
  id: string;
  events: readonly RunEvent[];
  stream: StreamState;
}

const TERMINAL = new Set(["complete", "error", "cancelled"]);
/** Only these say how a workflow's nodes stand; a run tells nothing else that the canvas shows. */
const WANTED = new Set(["connection", "task_start", "task_end", "pause", "continue", ...TERMINAL]);

export interface FollowedRun {
  run: RunState;
  /** The run as it was after each of its events, for the scrubber: `at(0)` is before the first. */
  at: (count: number) => RunState;
  count: number;
  stream: StreamState;
}

/** A run of a workflow, live and for ever after, from its event stream. */
export function useRun(executionId: string): FollowedRun {
  const [followed, setFollowed] = useState<Followed>(() => nothingOf(executionId));
  useEffect(() => {
    let waiting: RunEvent[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      timer = undefined;
      const fresh = waiting;
      waiting = [];
      setFollowed((before) => {
        const known = before.id === executionId ? before : nothingOf(executionId);
        const last = known.events.at(-1)?.seq ?? 0;
        return { ...known, events: [...known.events, ...fresh.filter(({ seq }) => seq > last)] };
      });
    };
    const stream = openEventStream({
      url: `/api/v1/executions/${encodeURIComponent(executionId)}/stream`,
      fetch: authorizedFetch,
      onMessage: ({ data }) => {
        const event = parse(data);
        if (!event) return false;
        if (WANTED.has(event.type)) {
          waiting.push(event);
          timer ??= setTimeout(flush, 50);
        }
        return TERMINAL.has(event.type);
      },
      onState: (state) =>
        setFollowed((before) => ({ ...(before.id === executionId ? before : nothingOf(executionId)), stream: state })),
    });
    return () => {
      clearTimeout(timer);
      stream.close();
    };
  }, [executionId]);

  const { events, stream } = followed.id === executionId ? followed : nothingOf(executionId);
  const run = useMemo(() => applyRunEvents(emptyRun, events), [events]);
  return { run, at: (count) => applyRunEvents(emptyRun, events.slice(0, count)), count: events.length, stream };
}

function nothingOf(id: string): Followed {
  return { id, events: [], stream: { phase: "connecting" } };
}

function parse(data: string): RunEvent | undefined {
  try {
    const value = JSON.parse(data) as Partial<RunEvent> | null;
    return typeof value?.type === "string" && typeof value.seq === "number" ? (value as RunEvent) : undefined;
  } catch {
    return undefined;
  }
}
