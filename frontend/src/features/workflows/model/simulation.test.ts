import { describe, expect, it } from "vitest";

import type { SimulatedStep, SimulationOut } from "@/lib/api";

import { countsAt, madeUpNodes, mockBodies, nextStop, statesAt, withDefaults } from "./simulation";
import { content } from "./testing/contents";

const due = (key: string, step = key) => ({ key, step, name: step }) as SimulatedStep;
const done = { status: "completed" as const, output: "x", error: null };

/** one → improve(worker, twice) → end, the other branch passed over. */
const walked = {
  status: "completed",
  rounds: [
    { ended: {}, taken: [], due: [due("one")] },
    {
      ended: { one: done },
      taken: [{ id: "e1", source: "one", target: "improve" }],
      due: [due("improve[1]/worker", "worker")],
    },
    { ended: { "improve[1]/worker": done }, taken: [], due: [due("improve[2]/worker", "worker")] },
    {
      ended: { "improve[2]/worker": done, improve: done, other: { ...done, status: "skipped" as const } },
      taken: [{ id: null, source: "improve", target: "end" }],
      due: [],
    },
  ],
} as unknown as SimulationOut;

describe("simulation", () => {
  it("says how nodes stand at each round", () => {
    expect(statesAt(walked, 0).get("one")).toMatchObject({ status: "running", times: 0 });
    expect(statesAt(walked, 2).get("worker")).toMatchObject({ status: "running", times: 1 });
    expect(statesAt(walked, 2).get("improve")).toMatchObject({ status: "running", round: 2 });
    const end = statesAt(walked, 3);
    expect(end.get("improve")).toMatchObject({ status: "completed", round: 2 });
    expect(end.get("worker")).toMatchObject({ status: "completed", times: 2 });
    expect(end.get("other")).toMatchObject({ status: "skipped", times: 0 });
  });

  it("counts the edges that were taken, those without an id by their ends", () => {
    const { edges } = content({ edges: [{ id: "e2", source: "improve", target: "end" }] });
    expect([...countsAt(walked, 1, edges)]).toEqual([["e1", 1]]);
    expect([...countsAt(walked, 3, edges)]).toEqual([
      ["e1", 1],
      ["e2", 1],
    ]);
  });

  it("holds at the next breakpoint after where it is, else at the end", () => {
    expect(nextStop(walked, new Set(["worker"]), 0)).toBe(1);
    expect(nextStop(walked, new Set(["worker"]), 1)).toBe(2);
    expect(nextStop(walked, new Set(["worker"]), 2)).toBe(3);
    expect(nextStop(walked, new Set(), 0)).toBe(3);
  });

  it("makes up outputs for what does something, and sends JSON as such", () => {
    const { nodes } = content({
      nodes: [{ id: "a" }, { id: "d", type: "decision" }, { id: "t", type: "tool", alias: "Look up" }],
    });
    expect(madeUpNodes(nodes).map(({ id }) => id)).toEqual(["a", "t"]);
    const mocks = withDefaults({ a: { text: '{"score": 1}', fails: false } }, nodes);
    expect(mockBodies({ ...mocks, b: { text: "", fails: true }, c: { text: " ", fails: false } })).toEqual({
      a: { output: { score: 1 } },
      t: { output: "output of Look up" },
      b: { error: "made to fail" },
    });
  });
});
