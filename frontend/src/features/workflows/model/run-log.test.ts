import { describe, expect, it } from "vitest";

import { emptyLog, runLogReducer } from "./run-log";
import type { RunEvent } from "./run-states";

const event = (seq: number, type: string) => ({ seq, type, timestamp: seq }) as unknown as RunEvent;

describe("the log of a workflow's run", () => {
  it("keeps what says how nodes stand, each event once", () => {
    const first = runLogReducer.apply(emptyLog, [event(1, "connection"), event(2, "token"), event(3, "task_start")]);
    const again = runLogReducer.apply(first, [event(3, "task_start"), event(4, "task_end"), event(5, "complete")]);
    expect(again.events.map(({ seq }) => seq)).toEqual([1, 3, 4, 5]);
    expect([first.over, again.over, again.lastSeq]).toEqual([false, true, 5]);
    expect(runLogReducer.apply(again, [event(5, "complete")])).toBe(again);
  });

  it("passes over what is no event", () => {
    expect(runLogReducer.parse("{")).toBeUndefined();
    expect(runLogReducer.parse('{"type": "token"}')).toBeUndefined();
    expect(runLogReducer.parse('{"type": "token", "seq": 2}')).toEqual({ type: "token", seq: 2 });
  });
});
