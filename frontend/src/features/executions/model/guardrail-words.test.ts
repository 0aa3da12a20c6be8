import { describe, expect, it } from "vitest";

import { verdictLine } from "./guardrail-words";
import { connection, log } from "./testing/events";
import { applyTraceEvents, emptyTrace } from "./trace";
import type { EventOf } from "./trace-event";

const verdict = {
  type: "guardrail",
  span_id: "n1",
  guardrail_id: "g",
  key: "k",
  name: "No mail",
  kind: "pii",
  stage: "output",
  action: "redact",
  passed: false,
  reason: "an e-mail address",
} as const;

const words = (update: object) => verdictLine({ ...verdict, ...update } as unknown as EventOf<"guardrail">);

describe("verdicts of guardrails", () => {
  it("says what was looked at and what came of it", () => {
    expect(words({})).toBe("the answer: redacted, an e-mail address");
    expect(words({ passed: true, reason: "" })).toBe("the answer: passed");
    expect(words({ stage: "tool_call", tool: "mail", action: "ask", reason: "" })).toBe(
      "a call of mail: asks a person",
    );
  });

  it("stands in the trace at its node; only one that ends the run is an error", () => {
    const trace = applyTraceEvents(
      emptyTrace,
      log(
        connection,
        { type: "node_start", span_id: "n1", node: "analyze" },
        verdict,
        { ...verdict, stage: "input", action: "block", reason: "an order" },
        { ...verdict, passed: true, action: "block" },
      ),
    );
    const [node, redacts, blocks, passes] = trace.steps;
    expect(redacts).toMatchObject({ kind: "guardrail", name: "No mail", parentId: node?.id, status: "done" });
    expect(blocks).toMatchObject({ status: "failed", text: "the input: blocked, an order" });
    expect(passes).toMatchObject({ status: "done" });
    expect(node).toMatchObject({ status: "running" });
  });
});
