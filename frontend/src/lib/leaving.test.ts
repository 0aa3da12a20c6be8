import { describe, expect, it, vi } from "vitest";

import { guardLeaving, leaveTo } from "./leaving";

describe("leaving a page", () => {
  it("goes at once where nothing is lost, and asks where something would be", () => {
    const [go, ask] = [vi.fn(), vi.fn()];
    leaveTo("/a", go);
    expect(go.mock.calls).toEqual([["/a"]]);
    const release = guardLeaving(ask);
    leaveTo("/b", go);
    expect([go.mock.calls.length, ask.mock.calls]).toEqual([1, [["/b"]]]);
    release();
    leaveTo("/c", go);
    expect(go.mock.calls).toEqual([["/a"], ["/c"]]);
  });

  it("keeps the guard of the page that came, when the one before lets go late", () => {
    const [first, second] = [vi.fn(), vi.fn()];
    const release = guardLeaving(first);
    const other = guardLeaving(second);
    release();
    leaveTo("/a", vi.fn());
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([0, 1]);
    other();
  });
});
