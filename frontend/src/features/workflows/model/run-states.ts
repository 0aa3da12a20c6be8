/** How each node of a workflow stands in one run, from the events of its steps. Pure. */
import type { TraceEvent as SentEvent } from "@/lib/api";

import type { Edge } from "./draft";

export type RunEvent = SentEvent & { seq: number };
export type StepStatus = "running" | "waiting" | "completed" | "failed" | "cancelled" | "timed_out" | "skipped";

/** One go of a step: a round of a loop, a try, a review. Times: epoch s. */
export interface StepGo {
  key: string;
  step: string;
  name: string;
  kind: string;
  part: string;
  runId: string | null;
  status: StepStatus;
  startedAt: number | null;
  endedAt: number | null;
  output: string;
  error: string | null;
}

export interface RunState {
  executionId: string;
  workflowId: string;
  version: number;
  name: string;
  status: "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled";
  startedAt: number | null;
  endedAt: number | null;
  result: string;
  error: string | null;
  /** The steps before which it is paused, none of them for a pause that was asked for; null while it goes on. */
  paused: readonly string[] | null;
  /** In the order in which they began. */
  goes: readonly StepGo[];
  lastSeq: number;
}

export const emptyRun: RunState = {
  executionId: "",
  workflowId: "",
  version: 0,
  name: "",
  status: "pending",
  startedAt: null,
  endedAt: null,
  result: "",
  error: null,
  paused: null,
  goes: [],
  lastSeq: 0,
};

/** Return the run with a batch of events; those that it has already change nothing. */
export function applyRunEvents(run: RunState, events: readonly RunEvent[]): RunState {
  const fresh = events.filter(({ seq }) => seq > run.lastSeq);
  if (fresh.length === 0) return run;
  const goes = new Map(run.goes.map((go) => [go.key, go]));
  let next: RunState = run;
  for (const event of fresh) next = { ...next, ...takeEvent(goes, event), lastSeq: event.seq };
  const all = [...goes.values()];
  const open = next.status === "running" || next.status === "waiting";
  const waits = all.some(({ status }) => status === "waiting") && !all.some(({ status }) => status === "running");
  return { ...next, goes: all, ...(open ? { status: waits ? "waiting" : "running" } : {}) };
}

function takeEvent(goes: Map<string, StepGo>, event: RunEvent): Partial<RunState> {
  switch (event.type) {
    case "connection":
      return {
        executionId: event.execution_id,
        workflowId: event.agent_id,
        version: event.agent_version,
        name: event.agent_name,
        startedAt: event.timestamp,
      };
    case "task_start": {
      const { key, step, name, kind, part = "", run_id: runId } = event;
      // A person's step has no event for its waiting: it waits as soon as it has begun.
      const status = kind === "human_input" ? "waiting" : "running";
      const times = { startedAt: event.timestamp, endedAt: null };
      goes.set(key, { key, step, name, kind, part, runId, status, ...times, output: "", error: null });
      return { status: "running" };
    }
    case "task_end": {
      const { key, step, name, run_id: runId = null } = event;
      const known = goes.get(key) ?? { key, step, name, kind: "", part: "", runId, startedAt: null };
      const status = event.status as StepStatus;
      const ended = { endedAt: event.timestamp, output: event.output ?? "", error: event.error?.message ?? null };
      goes.set(key, { ...known, status, ...ended });
      return { status: "running" };
    }
    case "pause":
      return { paused: event.steps ?? [] };
    case "continue":
      return { paused: null };
    case "complete":
      return { status: "completed", paused: null, endedAt: event.timestamp, result: event.result };
    case "error":
      closeOpen(goes, event.timestamp);
      return { status: "failed", paused: null, endedAt: event.timestamp, error: event.message };
    case "cancelled":
      closeOpen(goes, event.timestamp);
      return { status: "cancelled", paused: null, endedAt: event.timestamp, error: event.reason };
    default:
      return {};
  }
}

function closeOpen(goes: Map<string, StepGo>, at: number): void {
  for (const [key, go] of goes) if (go.endedAt === null) goes.set(key, { ...go, status: "cancelled", endedAt: at });
}

/** Whether nothing more will happen. */
export function isRunOver({ status }: RunState): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

export interface NodeState {
  status: StepStatus;
  /** How often it was really done: rounds and tasks, not what was passed over. */
  times: number;
  goes: readonly StepGo[];
  /** Of loops: the round that it is in. */
  round: number;
}

/** How each node stands, by its id. A loop stands as what is within it, until it has ended itself. */
export function nodeStates(run: RunState): ReadonlyMap<string, NodeState> {
  const states = new Map<string, NodeState>();
  for (const go of run.goes) {
    const before = states.get(go.step);
    const goes = [...(before?.goes ?? []), go];
    const done = go.status !== "skipped" && go.part === "";
    const round = before?.round ?? 0;
    states.set(go.step, { status: statusOf(goes), times: (before?.times ?? 0) + (done ? 1 : 0), goes, round });
    for (const [loop, number] of roundsIn(go.key)) {
      const around = states.get(loop) ?? { status: "running", times: 0, goes: [], round: 0 };
      const status = around.goes.length > 0 ? around.status : openAs(run);
      states.set(loop, { ...around, status, round: Math.max(around.round, number) });
    }
  }
  return states;
}

/** How often a run went along each edge, by the edge's id; both ends must have been done in the same round. */
export function edgeCounts(run: RunState, edges: readonly Edge[]): ReadonlyMap<string, number> {
  const places = new Map<string, Set<string>>();
  for (const { key, step, status } of run.goes) {
    if (status === "skipped") continue;
    const end = key.lastIndexOf("/") + 1;
    places.set(step, (places.get(step) ?? new Set()).add(key.slice(0, end)));
  }
  const counts = new Map<string, number>();
  for (const { id, source, target } of edges) {
    const from = places.get(source);
    const count = [...(places.get(target) ?? [])].filter((place) => from?.has(place)).length;
    if (count > 0) counts.set(id, count);
  }
  return counts;
}

/** The loops around a step with the number of the round: `improve[2]/worker` → improve, 2. */
function roundsIn(key: string): [string, number][] {
  return [...key.matchAll(/([A-Za-z0-9_-]+)\[(\d+)\]\//g)].map(([, loop = "", number]) => [loop, Number(number)]);
}

function openAs(run: RunState): StepStatus {
  return isRunOver(run) ? "cancelled" : "running";
}

/** Open parts come first, then how the last one ended: a failed try that a later one made good is no failure. */
function statusOf(goes: readonly StepGo[]): StepStatus {
  const open = goes.find(({ status }) => status === "running") ?? goes.find(({ status }) => status === "waiting");
  return (open ?? goes.at(-1))?.status ?? "running";
}
