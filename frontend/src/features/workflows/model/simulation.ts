/** A run of a workflow on paper, a round at a time: what has ended, what is due, where it holds. Pure. */
import type { MockBody, SimulatedStep, SimulationOut } from "@/lib/api";

import type { Edge, Node } from "./draft";
import type { NodeState, StepStatus } from "./run-states";

/** What is made up for a node: the text of an output (JSON where it is some), or that it fails with these words. */
export interface MadeUp {
  text: string;
  fails: boolean;
}

export type Mocks = Readonly<Record<string, MadeUp>>;

/** The kinds of nodes that do something which has to be made up. */
const doing: ReadonlySet<string> = new Set(["agent", "tool", "timer", "human_input", "workflow"]);

/** The nodes whose outputs are made up; the others follow from the definition. */
export function madeUpNodes(nodes: readonly Node[]): Node[] {
  return nodes.filter(({ type }) => doing.has(type));
}

/** An output for each node that has none yet, so that a run can be walked through at once. */
export function withDefaults(mocks: Mocks, nodes: readonly Node[]): Mocks {
  const missing = madeUpNodes(nodes).filter(({ id }) => mocks[id] === undefined);
  const made = missing.map(({ id, alias }) => [id, { text: `output of ${alias || id}`, fails: false }] as const);
  return { ...mocks, ...Object.fromEntries(made) };
}

/** The request's form of what is made up; nodes without a text are left for later. */
export function mockBodies(mocks: Mocks): Record<string, MockBody> {
  return Object.fromEntries(
    Object.entries(mocks)
      .filter(([, { text, fails }]) => fails || text.trim() !== "")
      .map(([name, { text, fails }]) => [
        name,
        fails ? { error: text.trim() || "made to fail" } : { output: outputOf(text) },
      ]),
  );
}

/** JSON where the text is an object, a list, a number or a truth; else the text. */
function outputOf(text: string): unknown {
  if (!/^\s*(?:[[{]|-?\d|true\b|false\b|null\b)/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The round at which a run that goes on from `at` holds: the next with a breakpoint due, else the last. */
export function nextStop({ rounds }: SimulationOut, breakpoints: ReadonlySet<string>, at: number): number {
  const last = Math.max(0, rounds.length - 1);
  const found = rounds.findIndex(
    (round, place) => place > at && round.due.some((step) => isAt(step, breakpoints, round.ended)),
  );
  return found < 0 ? last : found;
}

function isAt(step: SimulatedStep, breakpoints: ReadonlySet<string>, ended: object): boolean {
  return breakpoints.has(step.step) && !(step.key in ended);
}

/** How the nodes stand at a round: what has ended by then, and what is due. */
export function statesAt({ rounds }: SimulationOut, at: number): ReadonlyMap<string, NodeState> {
  const steps = new Map(rounds.flatMap(({ due }) => due.map((step) => [step.key, step.step] as const)));
  const states = new Map<string, NodeState>();
  const note = (key: string, step: string, status: StepStatus, counts: boolean) => {
    const before = states.get(step);
    states.set(step, {
      status,
      times: (before?.times ?? 0) + (counts ? 1 : 0),
      goes: [],
      round: before?.round ?? 0,
    });
    for (const [, loop = "", number] of key.matchAll(/([A-Za-z0-9_-]+)\[(\d+)\]\//g)) {
      const around = states.get(loop);
      const round = Math.max(around?.round ?? 0, Number(number));
      states.set(loop, { status: around?.status ?? "running", times: around?.times ?? 0, goes: [], round });
    }
  };
  for (const { ended } of rounds.slice(0, at + 1))
    for (const [key, { status }] of Object.entries(ended))
      note(key, steps.get(key) ?? stepOf(key), status, status !== "skipped");
  for (const { key, step } of rounds[at]?.due ?? []) note(key, step, "running", false);
  return states;
}

/** How often each edge was taken by a round, by the edge's id. */
export function countsAt({ rounds }: SimulationOut, at: number, edges: readonly Edge[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { taken } of rounds.slice(0, at + 1))
    for (const { id, source, target } of taken) {
      const own = id ?? edges.find((edge) => edge.source === source && edge.target === target)?.id;
      if (own) counts.set(own, (counts.get(own) ?? 0) + 1);
    }
  return counts;
}

/** The node of a step by its key: `improve[2]/worker` → worker. */
function stepOf(key: string): string {
  return (
    key
      .split("/")
      .at(-1)
      ?.replace(/[[#~:].*$/, "") ?? key
  );
}
