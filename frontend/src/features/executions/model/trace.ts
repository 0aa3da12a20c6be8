/** The trace of one execution, reduced from its events. Everything here is pure; drawing and fetching are elsewhere. */
import type { TraceEvent } from "./trace-event";
import { takeEvent } from "./trace-steps";

export type StepKind = "node" | "model" | "tool" | "retry" | "interrupt" | "task" | "guardrail";
export type StepStatus = "running" | "done" | "failed" | "cancelled" | "waiting" | "lost";
export type TraceStatus = "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled";

/**
 * One line of the trace view: a node of the graph, a model call, a tool call, a retry, an interrupt, the verdict of a
 * guardrail, or a step of a workflow, which is a run of its own. Times: epoch s.
 */
export interface Step {
  id: string;
  kind: StepKind;
  name: string;
  parentId: string | null;
  attempt: number;
  startedAt: number;
  endedAt: number | null;
  status: StepStatus;
  /** Model text so far; the reason of a retry or interrupt; the sentence of an error. */
  text: string;
  error: string | null;
  final: boolean;
  /** The event that opened it and the one that closed it, and usage where there is one: details are read from these. */
  opened: TraceEvent;
  closed: TraceEvent | null;
  usage: Extract<TraceEvent, { type: "usage" }> | null;
  /** Places in `Trace.events` of everything that belongs to this step. */
  events: number[];
}

export interface Totals {
  inputTokens: number;
  outputTokens: number;
  costUsd: number | null;
  modelCalls: number;
  toolCalls: number;
  retries: number;
  errors: number;
}

export interface Trace {
  executionId: string;
  agentId: string;
  agentName: string;
  agentVersion: number;
  query: string;
  status: TraceStatus;
  model: string | null;
  /** The final answer, or what of it has streamed so far. */
  answer: string;
  error: { code: string; message: string } | null;
  startedAt: number | null;
  endedAt: number | null;
  attempt: number;
  totals: Totals;
  steps: readonly Step[];
  /** Step id → place in `steps`; also span id → place, for children. */
  places: ReadonlyMap<string, number>;
  events: readonly TraceEvent[];
  lastSeq: number;
  lastAt: number;
  /** Events that came before their predecessors; they wait here for the gap to close. */
  early: ReadonlyMap<number, TraceEvent>;
}

/** The trace of an execution of which nothing is known yet. */
export const emptyTrace: Trace = {
  executionId: "",
  agentId: "",
  agentName: "",
  agentVersion: 0,
  query: "",
  status: "pending",
  model: null,
  answer: "",
  error: null,
  startedAt: null,
  endedAt: null,
  attempt: 0,
  totals: { inputTokens: 0, outputTokens: 0, costUsd: null, modelCalls: 0, toolCalls: 0, retries: 0, errors: 0 },
  steps: [],
  places: new Map(),
  events: [],
  lastSeq: 0,
  lastAt: 0,
  early: new Map(),
};

/** What can be shown of a run that was just asked for: of whom, and what. Its first event replaces it. */
export function askedTrace(asked: Pick<Trace, "agentId" | "agentName" | "query">): Trace {
  return { ...emptyTrace, ...asked };
}

/** A trace being changed: copies are made once per batch, not once per event. */
export interface Draft extends Omit<Trace, "steps" | "places" | "events" | "early" | "totals"> {
  steps: Step[];
  places: Map<string, number>;
  events: TraceEvent[];
  early: Map<number, TraceEvent>;
  totals: Totals;
  /** Places of steps that this batch has copied already and may write to. */
  own: Set<number>;
}

/** Return the trace with one more event. A known seq changes nothing; one from the future waits for those before it. */
export function applyTraceEvent(trace: Trace, event: TraceEvent): Trace {
  return applyTraceEvents(trace, [event]);
}

/** Return the trace with a batch of events; the same as one by one, for the price of one copy. */
export function applyTraceEvents(trace: Trace, events: Iterable<TraceEvent>): Trace {
  const draft = openDraft(trace);
  for (const event of events) {
    if (event.seq <= draft.lastSeq) continue;
    draft.early.set(event.seq, event);
    for (let next = draft.early.get(draft.lastSeq + 1); next; next = draft.early.get(draft.lastSeq + 1)) {
      draft.early.delete(next.seq);
      takeEvent(draft, next);
    }
  }
  return closeDraft(draft);
}

/** A copy that may be written to. */
export function openDraft(trace: Trace): Draft {
  return {
    ...trace,
    steps: trace.steps.slice(),
    places: new Map(trace.places),
    events: trace.events.slice(),
    early: new Map(trace.early),
    totals: { ...trace.totals },
    own: new Set(),
  };
}

/** Give the draft out of hand as a finished value. */
export function closeDraft({ own: _own, ...trace }: Draft): Trace {
  return trace;
}

/** Whether nothing more will happen. */
export function isOver(trace: Trace): boolean {
  return trace.status === "completed" || trace.status === "failed" || trace.status === "cancelled";
}
