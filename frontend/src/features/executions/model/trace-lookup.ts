/** Finding the steps that an event speaks of; nothing here changes a trace. */
import type { Draft, Step, StepKind } from "./trace";
import type { EventOf, TraceEvent } from "./trace-event";

/** The id of a tool call's step. */
export function toolId(event: EventOf<"tool_start"> | EventOf<"tool_end">): string {
  return `tool-${event.attempt}-${event.call_key || event.call_id}`;
}

/** The place of the last step of this name that is still open. */
export function lastOpen(draft: Draft, kind: StepKind, name: string): number | undefined {
  const place = draft.steps.findLastIndex((step) => step.kind === kind && step.name === name && step.endedAt === null);
  return place < 0 ? undefined : place;
}

/** Whether a step belongs to a tool that works by itself. */
export function insideTool(draft: Draft, step: Step): boolean {
  for (let id = step.parentId; id !== null;) {
    const parent: Step | undefined = draft.steps[draft.places.get(id) ?? -1];
    if (parent?.kind === "tool") return true;
    id = parent?.parentId ?? null;
  }
  return false;
}

/** The step around: the one whose span the event stands in, else the one that its span's parent belongs to. */
export function parentOf(draft: Draft, event: TraceEvent, id: string): string | null {
  for (const span of [event.span_id, event.parent_span_id]) {
    const parent = span ? draft.steps[draft.places.get(span) ?? -1] : undefined;
    if (!parent || parent.id === id) continue;
    return parent.kind === "node" || parent.kind === "tool" ? parent.id : parent.parentId;
  }
  // A question about a call stands in no span; its key begins with the visit of the node that asks: `execute_tools.1/tool.2`.
  const visit = event.type === "interrupt" ? event.call_key.split("/")[0] : undefined;
  return visit !== undefined && draft.places.has(visit) ? visit : null;
}
