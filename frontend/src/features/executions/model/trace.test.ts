import { describe, expect, it } from "vitest";

import { calculatorEnd, calculatorStart, connection, demoLog, log } from "./testing/events";
import { applyTraceEvent, applyTraceEvents, emptyTrace, type Trace } from "./trace";
import { parseTraceEvent } from "./trace-event";

const step = (trace: Trace, name: string) => trace.steps.find((candidate) => candidate.name === name);

describe("applyTraceEvents", () => {
  const trace = applyTraceEvents(emptyTrace, demoLog);

  it("builds the tree of the demo run", () => {
    const tree = trace.steps.map((each) => `${each.parentId ? "  " : ""}${each.kind} ${each.name} ${each.status}`);
    expect(tree).toEqual([
      "node analyze done",
      "  model demo done",
      "node execute_tools done",
      "  tool calculator done",
      "node synthesize done",
      "  model demo done",
    ]);
  });

  it("knows question, answer, totals and the end", () => {
    expect(trace).toMatchObject({
      executionId: "e1",
      agentName: "Demo Agent",
      query: "23*19?",
      answer: "It is 437 🦊.",
      status: "completed",
      model: "demo",
      lastSeq: 16,
    });
    expect(trace.totals).toEqual({
      inputTokens: 110,
      outputTokens: 12,
      costUsd: 0.0003,
      modelCalls: 2,
      toolCalls: 1,
      retries: 0,
      errors: 0,
    });
    expect(trace.endedAt).toBeCloseTo(1000.15);
  });

  it("gives the same one by one, and leaves the earlier trace as it was", () => {
    const before = JSON.stringify(emptyTrace);
    const one = demoLog.reduce(applyTraceEvent, emptyTrace);
    expect(one).toEqual(trace);
    expect(JSON.stringify(emptyTrace)).toBe(before);
    const half = applyTraceEvents(emptyTrace, demoLog.slice(0, 11));
    const frozen = JSON.stringify(half.steps);
    applyTraceEvents(half, demoLog.slice(11));
    expect(JSON.stringify(half.steps)).toBe(frozen);
    expect(half.answer).toBe("It ");
  });

  it("ignores duplicates", () => {
    expect(applyTraceEvents(trace, demoLog)).toEqual(trace);
    expect(
      applyTraceEvents(
        emptyTrace,
        demoLog.flatMap((event) => [event, event]),
      ),
    ).toEqual(trace);
  });

  it("holds events from the future until the gap closes", () => {
    const shuffled = [...demoLog].sort((left, right) => (left.seq % 4) - (right.seq % 4));
    expect(applyTraceEvents(emptyTrace, shuffled)).toEqual(trace);
    const gapped = applyTraceEvents(emptyTrace, demoLog.slice(2));
    expect(gapped).toMatchObject({ lastSeq: 0, steps: [] });
    expect(gapped.early.size).toBe(14);
    expect(applyTraceEvents(gapped, demoLog.slice(0, 2))).toEqual(trace);
  });

  it("remembers which events belong to which step", () => {
    const tool = step(trace, "calculator");
    expect(tool?.events.map((place) => trace.events[place]?.type)).toEqual(["tool_start", "tool_end"]);
  });

  it("takes the start of a model call from its usage", () => {
    const [first] = trace.steps.filter((each) => each.kind === "model");
    expect(first?.startedAt).toBeCloseTo(1000.015);
  });

  it("gives a tool what the model it asked has used", () => {
    const usage = {
      type: "usage" as const,
      span_id: "t1",
      parent_span_id: "n2",
      model: "demo",
      input_tokens: 7,
      output_tokens: 3,
      total_tokens: 10,
      duration_ms: 500,
    };
    const asked = applyTraceEvents(
      emptyTrace,
      log(
        connection,
        { type: "node_start", span_id: "n2", node: "execute_tools" },
        calculatorStart,
        usage,
        calculatorEnd,
      ),
    );
    expect(step(asked, "calculator")).toMatchObject({ usage: { input_tokens: 7 }, startedAt: 1000.02, status: "done" });
    expect(asked.totals).toMatchObject({ modelCalls: 1, inputTokens: 7 });
  });

  it("draws a failed tool and a failed run", () => {
    const failed = applyTraceEvents(
      emptyTrace,
      log(
        connection,
        { type: "node_start", span_id: "n2", node: "execute_tools" },
        calculatorStart,
        { ...calculatorEnd, error: { code: "timeout", message: "too long" } },
        { type: "error", message: "gave up", error_code: "tool_error", duration_ms: 5 },
      ),
    );
    expect(step(failed, "calculator")).toMatchObject({ status: "failed", error: "timeout: too long" });
    expect(failed).toMatchObject({ status: "failed", error: { code: "tool_error", message: "gave up" } });
    expect(step(failed, "execute_tools")?.status).toBe("failed");
    expect(failed.totals.errors).toBe(2);
  });

  it("marks what a dead worker left behind as lost and starts the answer anew", () => {
    const again = applyTraceEvents(
      emptyTrace,
      log(
        connection,
        { type: "node_start", span_id: "n1", node: "analyze" },
        { type: "token", span_id: "m1", parent_span_id: "n1", message_id: "x1", content: "half", offset: 0 },
        {
          type: "retry",
          attempt: 2,
          what: "execution",
          reason: "worker gone",
          error_code: "worker_lost",
          try_number: 2,
        },
        { type: "node_start", attempt: 2, span_id: "n9", node: "analyze" },
        {
          type: "token",
          attempt: 2,
          span_id: "m9",
          parent_span_id: "n9",
          message_id: "x9",
          content: "whole",
          offset: 0,
        },
      ),
    );
    expect(again.steps.map((each) => each.status)).toEqual(["lost", "lost", "done", "running", "running"]);
    expect(again).toMatchObject({ attempt: 2, answer: "whole", status: "running" });
  });

  it("goes on with a node that a dead worker left open", () => {
    const events = log(
      connection,
      { type: "node_start", span_id: "analyze.0", node: "analyze" },
      {
        type: "token",
        span_id: "analyze.0.m0",
        parent_span_id: "analyze.0",
        message_id: "m@1",
        content: "half",
        offset: 0,
      },
      {
        type: "usage",
        attempt: 2,
        span_id: "analyze.0.m0",
        parent_span_id: "analyze.0",
        model: "demo",
        input_tokens: 1,
        output_tokens: 1,
        total_tokens: 2,
        duration_ms: 5,
      },
      {
        type: "message",
        attempt: 2,
        span_id: "analyze.0.m0",
        parent_span_id: "analyze.0",
        role: "assistant",
        message_id: "m@2",
        content: "whole",
        model: "demo",
        call_key: "k",
      },
      { type: "node_end", attempt: 2, span_id: "analyze.0", node: "analyze", duration_ms: 9 },
    );
    const during = applyTraceEvents(emptyTrace, events.slice(0, 5));
    expect(during.steps.map((each) => `${each.name} ${each.status}`)).toEqual([
      "analyze running",
      "model lost",
      "demo done",
    ]);
    expect(during.steps[2]).toMatchObject({ parentId: "analyze.0", usage: { input_tokens: 1 }, text: "whole" });
    expect(applyTraceEvents(during, events.slice(5)).steps[0]?.status).toBe("done");
  });

  it("waits for a person at an interrupt and goes on afterwards", () => {
    const ask = (id: string) => ({
      type: "interrupt" as const,
      interrupt_id: id,
      call_key: id,
      reason: "approval",
      value: {},
      response_schema: {},
    });
    const answer = (id: string) => ({
      type: "resume" as const,
      interrupt_id: id,
      call_key: id,
      reason: "approval",
      answer: { decision: "approve" },
      answered_by: "ada",
    });
    const events = log(
      connection,
      ask("i1"),
      ask("i2"),
      { type: "node_end", node: "execute_tools", duration_ms: 1 },
      answer("i2"),
      answer("i1"),
    );
    expect(applyTraceEvents(emptyTrace, events.slice(0, 5))).toMatchObject({
      status: "waiting",
      steps: [{ status: "waiting" }, { status: "done" }],
    });
    const resumed = applyTraceEvents(emptyTrace, events);
    expect(resumed).toMatchObject({
      status: "running",
      steps: [{ status: "done", name: "approval" }, { status: "done" }],
    });
  });

  it("keeps events of unknown types in the raw log", () => {
    const events = log(connection, { type: "hologram" as never });
    expect(applyTraceEvents(emptyTrace, events)).toMatchObject({ lastSeq: 2, steps: [] });
  });

  it("takes 10,000 events in small batches without getting slow", () => {
    const many = log(
      connection,
      ...Array.from({ length: 5000 }, (_, index) => [
        { ...calculatorStart, call_key: `k${index}`, span_id: `s${index}` },
        { ...calculatorEnd, call_key: `k${index}`, span_id: `s${index}` },
      ]).flat(),
    );
    let grown = emptyTrace;
    for (let at = 0; at < many.length; at += 100) grown = applyTraceEvents(grown, many.slice(at, at + 100));
    expect(grown.steps).toHaveLength(5000);
    expect(grown.totals.toolCalls).toBe(5000);
  });
});

describe("parseTraceEvent", () => {
  it("reads events and turns down everything else", () => {
    expect(parseTraceEvent('{"type":"node_start","seq":2,"timestamp":1.5,"node":"analyze"}')).toMatchObject({
      node: "analyze",
      attempt: 1,
    });
    for (const data of ["", "null", "[1]", "{", '{"type":"x"}', '{"type":1,"seq":1,"timestamp":1}'])
      expect(parseTraceEvent(data)).toBeUndefined();
  });
});
