import { describe, expect, it } from "vitest";

import { connection, log } from "./testing/events";
import { applyTraceEvents, emptyTrace, type Trace } from "./trace";
import { runKind } from "./trace-rows";

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

  it("tell a workflow, a team and an agent that handed over apart", () => {
    const kind = (...events: Parameters<typeof log>) => runKind(applyTraceEvents(emptyTrace, log(...events)));
    expect(kind(connection, start("plan"))).toBe("workflow");
    expect(kind({ ...connection, agent_id: connection.execution_id }, start("1/coordinator"))).toBe("team");
    expect(kind(connection, { type: "node_start", span_id: "n1", node: "analyze" }, start("handoff"))).toBe("agent");
    expect(kind(connection)).toBe("agent");
  });

  it("are not lost with the worker that waits for them", () => {
    const trace = applyTraceEvents(emptyTrace, log(connection, start("plan"), { ...end("other"), attempt: 2 }));
    expect(step(trace, "plan")?.status).toBe("running");
  });
});
