/** The events of a workflow's run that say how its nodes stand, each once and in their order. */
import type { RunReducer } from "@/lib/run-feed";

import type { RunEvent } from "./run-states";

export interface RunLog {
  events: readonly RunEvent[];
  lastSeq: number;
  over: boolean;
}

const TERMINAL = new Set(["complete", "error", "cancelled"]);
/** A run tells nothing else that the canvas shows. */
const WANTED = new Set(["connection", "task_start", "task_end", "pause", "continue", ...TERMINAL]);

export const emptyLog: RunLog = { events: [], lastSeq: 0, over: false };

export const runLogReducer: RunReducer<RunLog, RunEvent> = {
  empty: emptyLog,
  parse,
  isLast: ({ type }) => TERMINAL.has(type),
  apply: addEvents,
  lastSeq: ({ lastSeq }) => lastSeq,
  // A stream gives its events in order: what follows a gap would come again after it.
  hasGap: () => false,
  isOver: ({ over }) => over,
};

function addEvents(log: RunLog, given: readonly RunEvent[]): RunLog {
  const fresh = given.filter(({ seq }) => seq > log.lastSeq);
  const last = fresh.at(-1);
  if (!last) return log;
  const wanted = fresh.filter(({ type }) => WANTED.has(type));
  return {
    events: wanted.length > 0 ? [...log.events, ...wanted] : log.events,
    lastSeq: last.seq,
    over: log.over || wanted.some(({ type }) => TERMINAL.has(type)),
  };
}

function parse(data: string): RunEvent | undefined {
  try {
    const value = JSON.parse(data) as Partial<RunEvent> | null;
    return typeof value?.type === "string" && typeof value.seq === "number" ? (value as RunEvent) : undefined;
  } catch {
    return undefined;
  }
}
