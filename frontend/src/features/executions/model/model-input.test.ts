import { describe, expect, it } from "vitest";

import { inside, stepWindow, waitedS } from "./inside";
import { modelInput } from "./model-input";
import { calculatorEnd, calculatorStart, connection, demoLog, log } from "./testing/events";
import { applyTraceEvents, emptyTrace, type Step, type Trace } from "./trace";

const trace = applyTraceEvents(emptyTrace, demoLog);

function step(of: Trace, wanted: (step: Step) => boolean): Step {
  const found = of.steps.find(wanted);
  if (!found) throw new Error("no such step");
  return found;
}

describe("modelInput", () => {
  it("begins with the question", () => {
    const first = step(trace, ({ kind }) => kind === "model");
    expect(modelInput(trace, first)?.map(({ role, text }) => `${role}: ${text}`)).toEqual(["user: 23*19?"]);
  });

  it("holds every answer and result before the call", () => {
    const last = step(trace, ({ kind, final }) => kind === "model" && final);
    expect(modelInput(trace, last)?.map(({ role, text }) => `${role}: ${text}`)).toEqual([
      "user: 23*19?",
      'assistant: calculator({"expression":"23*19"})',
      "tool: 437",
    ]);
  });

  it("shows errors as the model is told them, and a repeated call once", () => {
    const failedThenDone = [
      { type: "node_start", span_id: "n2", node: "execute_tools" } as const,
      calculatorStart,
      { ...calculatorEnd, error: { code: "tool_error", message: "no" } },
      { ...calculatorEnd, attempt: 2 },
      { type: "token", span_id: "m9", parent_span_id: "n2", message_id: "x9", content: "a", offset: 0 } as const,
    ];
    const again = applyTraceEvents(emptyTrace, log(connection, ...failedThenDone));
    const model = step(again, ({ kind }) => kind === "model");
    expect(modelInput(again, model)?.map(({ text }) => text)).toEqual(["23*19?", "437"]);
    const once = applyTraceEvents(
      emptyTrace,
      log(connection, ...failedThenDone.slice(0, 3), ...failedThenDone.slice(4)),
    );
    expect(
      modelInput(
        once,
        step(once, ({ kind }) => kind === "model"),
      )?.map(({ text }) => text),
    ).toEqual(["23*19?", "tool_error: no"]);
  });

  it("does not guess what a tool asks its own model", () => {
    const nested = applyTraceEvents(
      emptyTrace,
      log(connection, { type: "node_start", span_id: "n2", node: "execute_tools" }, calculatorStart, {
        type: "token",
        span_id: "m5",
        parent_span_id: "t1",
        message_id: "x5",
        content: "a",
        offset: 0,
      }),
    );
    expect(
      modelInput(
        nested,
        step(nested, ({ kind }) => kind === "model"),
      ),
    ).toBeNull();
  });
});

describe("sums", () => {
  it("adds up a node", () => {
    const node = step(trace, ({ name }) => name === "analyze");
    expect(inside(trace, node)).toEqual({
      modelCalls: 1,
      toolCalls: 0,
      inputTokens: 50,
      outputTokens: 7,
      costUsd: 0.0001,
      errors: 0,
    });
    expect(
      inside(
        trace,
        step(trace, ({ name }) => name === "execute_tools"),
      ),
    ).toMatchObject({ modelCalls: 0, toolCalls: 1, costUsd: null });
  });

  it("knows the time of a step and what came before the first", () => {
    const node = step(trace, ({ name }) => name === "synthesize");
    const window = stepWindow(node, 0);
    expect(window.from).toBeLessThan(node.startedAt);
    expect(window.to).toBeGreaterThan(node.endedAt ?? Infinity);
    expect(waitedS(trace)).toBeCloseTo(0.01);
    expect(waitedS(emptyTrace)).toBeNull();
  });
});
