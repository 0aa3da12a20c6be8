/** Where a run can part from another, and what can be believed instead there. */
import { pretty } from "@/lib/format";

import type { Step, Trace } from "./trace";
import type { TraceEvent } from "./trace-event";

export interface ForkPoint {
  /** The last event that is reused. */
  seq: number;
  /** What of that event can be changed: the text of a message, the result of a call. */
  field: "content" | "result" | null;
  /** What it says now, as text. */
  value: string;
  /** Whether the value is JSON rather than plain text. */
  json: boolean;
  /** Finished steps that the new run takes over. */
  reused: number;
}

/** The point after a step; null while the run goes on, or for a step that was never finished. */
export function forkPoint(trace: Trace, step: Step): ForkPoint | null {
  if (trace.status === "pending" || trace.status === "running" || trace.status === "waiting") return null;
  const { closed } = step;
  if (!closed || step.status === "lost" || !["message", "tool_end", "node_end"].includes(closed.type)) return null;
  const reused = trace.steps.filter(
    ({ kind, closed: end }) => (kind === "tool" || kind === "model") && end !== null && end.seq <= closed.seq,
  ).length;
  return { seq: closed.seq, reused, ...editable(closed) };
}

/** The edit that a changed text stands for; undefined when nothing is changed. Throws SyntaxError for what should be JSON and is not. */
export function editOf(point: ForkPoint, text: string): Record<string, unknown> | undefined {
  if (point.field === null || text === point.value) return undefined;
  return { [point.field]: point.json ? (JSON.parse(text) as unknown) : text };
}

function editable(event: TraceEvent): Pick<ForkPoint, "field" | "value" | "json"> {
  // A message that asks for calls is what makes the calls: its text is beside the point, and editing it would not change them.
  if (event.type === "message" && !event.tool_calls?.length)
    return { field: "content", value: event.content, json: false };
  if (event.type === "tool_end")
    return {
      field: "result",
      value: event.error ? "" : pretty(event.result),
      json: typeof event.result !== "string" && !event.error,
    };
  return { field: null, value: "", json: false };
}
