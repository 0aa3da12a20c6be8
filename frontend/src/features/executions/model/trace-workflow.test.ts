import { describe, expect, it } from "vitest";

import { connection, log } from "./testing/events";
import { applyTraceEvents, emptyTrace, type Trace } from "./trace";

const step = (trace: Trace, name: string) => trace.steps.find((candidate) => candidate.name === name);

describe("the steps of a workflow", () => {
  const start = (key: string, more = {}) =>
    ({
      type: "task_start",
      span_id: key,
      key,
      step: key,
      name: key,
      kind: "agent",
      run_id: `run-${key}`,
      ...more,
    }) as const;
  const end = (key: string, more = {}) =>
    ({ type: "task_end", span_id: key, key, step: key, name: key, status: "completed", ...more }) as const;

  it("are lines that end with their runs; what was passed over or decided has a line, too", () => {
    const trace = applyTraceEvents(
      emptyTrace,
      log(
        connection,
        start("plan"),
        end("plan", { run_id: "run-plan", output: "a plan", duration_ms: 12 }),
        end("which"),
        end("never", { status: "skipped" }),
        start("write"),
        end("write", { status: "failed", error: { code: "boom", message: "it broke" } }),
      ),
    );
    expect(trace.steps.map(({ kind, name, status, text }) => [kind, name, status, text])).toEqual([
      ["task", "plan", "done", "a plan"],
      ["task", "which", "done", ""],
      ["task", "never", "done", "passed over"],
      ["task", "write", "failed", ""],
    ]);
    expect(step(trace, "write")?.error).toBe("boom: it broke");
    expect(trace.totals.errors).toBe(1);
  });

  it("are not lost with the worker that waits for them", () => {
    const trace = applyTraceEvents(emptyTrace, log(connection, start("plan"), { ...end("other"), attempt: 2 }));
    expect(step(trace, "plan")?.status).toBe("running");
  });
});
