import { describe, expect, it } from "vitest";

import type { TeamIterationOut } from "@/lib/api";

import { eventType, isOver, stableFor, tookMs, turnReason, turnState } from "./team-status";

describe("states of a team", () => {
  it("knows the ends", () => {
    expect(["started", "running", "paused"].some(isOver)).toBe(false);
    expect(["stopped", "completed", "failed", "timed_out"].every(isOver)).toBe(true);
  });

  it("reads what an event tells of", () => {
    expect(eventType('{"type": "task_end", "seq": 3}')).toBe("task_end");
    expect(["no JSON", "{}", '{"type": 1}'].map(eventType)).toEqual(["", "", ""]);
  });

  it("reads how a turn stands", () => {
    const of = (status: string, execution_id: string | null = "e") => turnState({ status, execution_id });
    expect(of("error: no key")).toBe("failed");
    expect(of("skipped: needs ada", null)).toBe("skipped");
    expect(of("completed")).toBe("done");
    expect(of("cancelled")).toBe("stopped");
    expect(of("pending", null)).toBe("due");
    expect(of("pending")).toBe("running");
    expect(of("waiting")).toBe("waiting");
    expect(of("waiting", null)).toBe("due");
    expect(turnReason("error: no key: none")).toBe("no key: none");
    expect(turnReason("completed")).toBe("");
  });

  it("counts the iterations at the end that changed nothing", () => {
    const round = (updated: string[], completed_at: string | null = "2026-01-01T00:00:00Z") =>
      ({ agents_updated: updated, completed_at }) as TeamIterationOut;
    expect(stableFor([round(["a"]), round([]), round([])])).toBe(2);
    expect(stableFor([round(["a"]), round([], null)])).toBe(0);
    expect(stableFor([])).toBe(0);
  });

  it("measures what goes on up to now", () => {
    expect(tookMs("2026-01-01T00:00:00Z", "2026-01-01T00:00:02Z", 0)).toBe(2000);
    expect(tookMs("2026-01-01T00:00:00Z", null, Date.parse("2026-01-01T00:00:05Z"))).toBe(5000);
    expect(tookMs(null, null, 0)).toBeNull();
  });
});
