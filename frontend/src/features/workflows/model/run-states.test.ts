import { describe, expect, it } from "vitest";

import { applyRunEvents, edgeCounts, emptyRun, isRunOver, nodeStates, type RunEvent } from "./run-states";
import { content } from "./testing/contents";

function events(...given: Record<string, unknown>[]): RunEvent[] {
  return given.map((event, place) => ({ seq: place + 1, timestamp: 100 + place, ...event }) as unknown as RunEvent);
}

const connection = { type: "connection", execution_id: "r1", agent_id: "w1", agent_version: 4, agent_name: "Team" };
const start = (key: string, more = {}) => {
  const step = /([^/:]+)(?::\d+)?$/.exec(key)?.[1];
  return { type: "task_start", key, step, name: step, kind: "agent", part: "", run_id: `run-${key}`, ...more };
};
const end = (key: string, more = {}) => {
  const step = /([^/:]+)(?::\d+)?$/.exec(key)?.[1];
  return { type: "task_end", key, step, name: step, status: "completed", run_id: `run-${key}`, output: "ok", ...more };
};
const after = (...given: Record<string, unknown>[]) => applyRunEvents(emptyRun, events(connection, ...given));

describe("applyRunEvents", () => {
  it("knows which version of which workflow it is, and how it ended", () => {
    const run = after(start("a"), end("a"), { type: "complete", result: '"done"' });
    expect(run).toMatchObject({ workflowId: "w1", version: 4, status: "completed", result: '"done"' });
    expect(isRunOver(run)).toBe(true);
  });

  it("is paused, with the steps that it stopped before, until it goes on or ends", () => {
    const pause = { type: "pause", reason: "breakpoint", steps: ["b"] };
    expect(after(start("a"), end("a"), pause).paused).toEqual(["b"]);
    expect(after(start("a"), { type: "pause" }).paused).toEqual([]);
    expect(after(pause, { type: "continue", paused_s: 1 }).paused).toBeNull();
    expect(after(pause, { type: "cancelled", reason: "enough" }).paused).toBeNull();
  });

  it("is the same in pieces, and takes each event once", () => {
    const all = events(connection, start("a"), end("a"), start("b"));
    const whole = applyRunEvents(emptyRun, all);
    const pieces = all.reduce((run, event) => applyRunEvents(run, [event]), emptyRun);
    expect(pieces).toEqual(whole);
    expect(applyRunEvents(whole, all)).toBe(whole);
  });

  it("waits only when nothing else goes on", () => {
    const asked = start("ask", { kind: "human_input" });
    expect(after(asked).status).toBe("waiting");
    expect(after(asked, start("other")).status).toBe("running");
    expect(after(asked, end("ask")).status).toBe("running");
  });

  it("leaves nothing open after the end", () => {
    const run = after(start("a"), { type: "cancelled", reason: "stopped" });
    expect(run).toMatchObject({ status: "cancelled", error: "stopped" });
    expect(run.goes[0]?.status).toBe("cancelled");
  });
});

describe("nodeStates", () => {
  it("counts rounds, not tries and not what was passed over", () => {
    const states = nodeStates(
      after(
        start("again[1]/work"),
        end("again[1]/work", { status: "failed" }),
        { ...start("again[1]/work~2"), step: "work", part: "try 2" },
        { ...end("again[1]/work~2"), step: "work" },
        start("again[2]/work"),
        end("never", { status: "skipped", run_id: null }),
      ),
    );
    expect(states.get("work")).toMatchObject({ status: "running", times: 2 });
    expect(states.get("again")).toMatchObject({ status: "running", round: 2 });
    expect(states.get("never")).toMatchObject({ status: "skipped", times: 0 });
  });

  it("takes the word of the loop itself once it has ended", () => {
    const states = nodeStates(after(start("again[1]/work"), end("again[1]/work"), end("again", { run_id: null })));
    expect(states.get("again")).toMatchObject({ status: "completed", round: 1 });
  });

  it("shows a failed try that was made good as completed", () => {
    const made = after(
      start("a"),
      end("a", { status: "failed" }),
      { ...start("a~2"), step: "a", part: "try 2" },
      {
        ...end("a~2"),
        step: "a",
      },
    );
    expect(nodeStates(made).get("a")?.status).toBe("completed");
  });
});

describe("edgeCounts", () => {
  it("counts an edge once for each round in which both its ends were done", () => {
    const { edges } = content({
      nodes: [{ id: "work" }, { id: "check" }, { id: "never" }],
      edges: [
        { id: "e1", source: "work", target: "check" },
        { id: "e2", source: "work", target: "never" },
      ],
    });
    const run = after(
      start("again[1]/work"),
      start("again[1]/check"),
      start("again[2]/work"),
      start("again[2]/check"),
      start("again[3]/work"),
      end("again[1]/never", { status: "skipped" }),
    );
    expect([...edgeCounts(run, edges)]).toEqual([["e1", 2]]);
  });
});
