import { describe, expect, it } from "vitest";

import { calculatorEnd, calculatorStart, connection, demoLog, log } from "./testing/events";
import { applyTraceEvents, emptyTrace } from "./trace";
import { ancestors, failedSteps, nextError, stepLine, traceRows } from "./trace-rows";
import { bar, ticks, timeWindow } from "./waterfall";

const trace = applyTraceEvents(emptyTrace, demoLog);
const shown = (collapsed: string[] = [], search = "") =>
  traceRows(trace, { collapsed: new Set(collapsed), search }).map((row) => `${row.depth} ${row.step.name}`);

describe("traceRows", () => {
  it("lists the tree in order", () => {
    expect(shown()).toEqual(["0 analyze", "1 demo", "0 execute_tools", "1 calculator", "0 synthesize", "1 demo"]);
  });

  it("leaves out what is collapsed, and finds it all the same", () => {
    expect(shown(["n2"])).not.toContain("1 calculator");
    expect(shown(["n2"], "23*19")).toEqual(["0 calculator"]);
  });

  it("says what a step did", () => {
    expect(trace.steps.map(stepLine)).toEqual([
      "",
      "calls calculator",
      "",
      '(expression="23*19")  ✔ Result: 437',
      "",
      "It is 437 🦊.",
    ]);
  });

  it("points at the innermost error", () => {
    const failed = applyTraceEvents(
      emptyTrace,
      log(
        connection,
        { type: "node_start", span_id: "n2", node: "execute_tools" },
        calculatorStart,
        { ...calculatorEnd, error: { code: "x", message: "y" } },
        { type: "node_end", span_id: "n2", node: "execute_tools", duration_ms: 1, error: "x" },
      ),
    );
    const [culprit] = failedSteps(failed);
    expect(culprit?.name).toBe("calculator");
    expect(culprit && ancestors(failed, culprit)).toEqual(["n2"]);
    expect(failedSteps(trace)).toEqual([]);
  });

  it("goes from error to error and round again", () => {
    const again = { call_id: "c2", call_key: "k2", span_id: "t2" };
    const error = { code: "x", message: "y" };
    const failed = applyTraceEvents(
      emptyTrace,
      log(
        connection,
        { type: "node_start", span_id: "n2", node: "execute_tools" },
        calculatorStart,
        { ...calculatorEnd, error },
        { ...calculatorStart, ...again },
        { ...calculatorEnd, ...again, error },
      ),
    );
    const errors = failedSteps(failed);
    const [first, second] = errors;
    expect(errors).toHaveLength(2);
    expect(nextError(errors, null)).toBe(first);
    expect(nextError(errors, first?.id ?? null)).toBe(second);
    expect(nextError(errors, second?.id ?? null)).toBe(first);
    expect(nextError([], null)).toBeUndefined();
  });
});

describe("waterfall", () => {
  it("places bars in per cent and lets open ones reach to the end", () => {
    const window = timeWindow(100, null, 110);
    expect(bar(window, 102.5, 105)).toEqual({ left: 25, width: 25 });
    expect(bar(window, 108, null)).toEqual({ left: 80, width: 20 });
    expect(bar(window, 90, 200)).toEqual({ left: 0, width: 100 });
  });

  it("leaves out what lies outside the window", () => {
    const window = timeWindow(100, 110, 110);
    expect(bar(window, 90, 99)).toBeNull();
    expect(bar(window, 111, null)).toBeNull();
    expect(bar(window, 90, 100)).toEqual({ left: 0, width: 0 });
  });

  it("has round marks", () => {
    expect(ticks({ from: 0, to: 1 })).toEqual([0, 200, 400, 600, 800]);
    expect(ticks({ from: 0, to: 7 })).toEqual([0, 2000, 4000, 6000]);
    expect(ticks({ from: 0, to: 3300 })).toEqual([0, 15, 30, 45].map((minutes) => minutes * 60_000));
    expect(ticks({ from: 0, to: 3 * 86_400 })).toEqual([0, 24, 48].map((hours) => hours * 3_600_000));
    expect(ticks({ from: 101.5, to: 102.5 }, 100)).toEqual([1600, 1800, 2000, 2200, 2400]);
  });
});
