import { describe, expect, it } from "vitest";

import { editOf, forkPoint } from "./fork";
import { demoLog } from "./testing/events";
import { applyTraceEvents, emptyTrace, type Step, type Trace } from "./trace";

const trace = applyTraceEvents(emptyTrace, demoLog);
const step = (of: Trace, found: (step: Step) => boolean): Step => {
  const it = of.steps.find(found);
  if (!it) throw new Error("no such step");
  return it;
};
const tool = step(trace, ({ kind }) => kind === "tool");
const final = step(trace, ({ kind, final: last }) => kind === "model" && last);

describe("forking", () => {
  it("parts after the end of the chosen step", () => {
    expect(forkPoint(trace, tool)).toEqual({ seq: 8, field: "result", value: "437", json: true, reused: 2 });
    expect(forkPoint(trace, final)).toMatchObject({
      seq: 13,
      field: "content",
      value: "It is 437 🦊.",
      json: false,
      reused: 3,
    });
  });

  it("has nothing to edit after a node, and after a message that asks for calls", () => {
    expect(
      forkPoint(
        trace,
        step(trace, ({ kind }) => kind === "node"),
      ),
    ).toMatchObject({ seq: 5, field: null });
    expect(
      forkPoint(
        trace,
        step(trace, ({ kind, final: last }) => kind === "model" && !last),
      ),
    ).toMatchObject({ seq: 4, field: null });
  });

  it("waits for the end of the run, and passes over what was not finished", () => {
    const running = applyTraceEvents(emptyTrace, demoLog.slice(0, 8));
    expect(
      forkPoint(
        running,
        step(running, ({ kind }) => kind === "tool"),
      ),
    ).toBeNull();
    const open = applyTraceEvents(emptyTrace, [
      ...demoLog.slice(0, 7),
      { type: "cancelled", reason: "x", duration_ms: 1, seq: 8, timestamp: 1001, attempt: 1 },
    ]);
    expect(
      forkPoint(
        open,
        step(open, ({ kind }) => kind === "tool"),
      ),
    ).toBeNull();
  });

  it("sends an edit only when there is one, as the kind of value it was", () => {
    const point = forkPoint(trace, tool);
    if (!point) throw new Error("no point");
    expect(editOf(point, "437")).toBeUndefined();
    expect(editOf(point, "438")).toEqual({ result: 438 });
    expect(() => editOf(point, "not json")).toThrow(SyntaxError);
    expect(editOf({ ...point, json: false }, "438")).toEqual({ result: "438" });
    expect(editOf({ ...point, field: null }, "x")).toBeUndefined();
  });
});
