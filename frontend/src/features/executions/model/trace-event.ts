/** The events of a trace: the API's own union, as it stands in every frame of the stream. */
import type { TraceEvent as SentEvent } from "@/lib/api";

/** An event of a log; there it always has its place and attempt. */
export type TraceEvent = SentEvent & { seq: number; attempt: number };
export type EventOf<T extends TraceEvent["type"]> = Extract<TraceEvent, { type: T }>;
const TERMINAL = new Set<string>(["complete", "error", "cancelled"]);

/** Whether nothing comes after this event. */
export function isTerminal(event: TraceEvent): boolean {
  return TERMINAL.has(event.type);
}

/** Read the JSON of a frame. Undefined for what is not an event of ours: a later version may send more than we know. */
export function parseTraceEvent(data: string): TraceEvent | undefined {
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value !== "object" || value === null) return undefined;
    const { seq, type, timestamp } = value as Record<string, unknown>;
    if (!Number.isInteger(seq) || typeof type !== "string" || typeof timestamp !== "number") return undefined;
    return { attempt: 1, ...value } as TraceEvent;
  } catch {
    return undefined;
  }
}
