import { describe, expect, it } from "vitest";

import {
  cost,
  count,
  duration,
  oneLine,
  relativeTime,
  timeUntil,
  tokenPair,
  withoutMarkdown,
  zonedTime,
} from "./format";

describe("format", () => {
  it("writes durations", () => {
    expect([0.01, 0.4, 42.4, 3210, 12_340, 65_000, 7_380_000].map(duration)).toEqual([
      "0 ms",
      "0.4 ms",
      "42 ms",
      "3.21 s",
      "12.3 s",
      "1 m 05 s",
      "2 h 03 m",
    ]);
    expect([null, undefined, Number.NaN].map(duration)).toEqual(["–", "–", "–"]);
  });

  it("writes times as people say them", () => {
    const now = Date.parse("2026-11-21T12:00:00Z");
    const said = [
      "2026-11-21T11:59:40Z",
      "2026-11-21T11:50:00Z",
      "2026-11-21T07:00:00Z",
      "2026-11-20T10:00:00Z",
      "2026-11-18T10:00:00Z",
    ].map((time) => relativeTime(time, now));
    expect(said).toEqual(["just now", "10 min ago", "5 h ago", "yesterday", "3 days ago"]);
  });

  it("writes how long until a time, and a time as another place has it", () => {
    const now = Date.parse("2026-11-21T12:00:00Z");
    const said = [
      "2026-11-21T11:59:40Z",
      "2026-11-21T12:00:40Z",
      "2026-11-21T12:10:00Z",
      "2026-11-21T17:00:00Z",
      "2026-11-22T12:00:00Z",
      "2026-11-28T12:00:00Z",
    ].map((time) => timeUntil(time, now));
    expect(said).toEqual(["now", "in 40 s", "in 10 min", "in 5 h", "in 1 day", "in 7 days"]);
    expect(timeUntil(null, now)).toBe("–");
    expect(zonedTime("2026-11-30T08:00:00Z", "Europe/Berlin")).toBe("Mon, 30 Nov 2026, 09:00");
    expect(() => zonedTime("2026-11-30T08:00:00Z", "Moon/Base")).toThrow(RangeError);
  });

  it("writes money and counts", () => {
    expect([0, "0.000179", "0.25", 12.5, null].map(cost)).toEqual(["$0", "$0.00018", "$0.250", "$12.50", "–"]);
    expect(cost(0.000_000_2)).toBe("< $0.000001");
    expect([tokenPair(188, 22), tokenPair(12_400, 9_999), tokenPair(250_000, 2_000_000)]).toEqual([
      "188 → 22",
      "12.4k → 9,999",
      "250k → 2.0M",
    ]);
    expect([12, 4096, 1_234_567].map(count)).toEqual(["12", "4,096", "1.2M"]);
  });

  it("takes the signs of Markdown out of previews, and nothing else", () => {
    expect(withoutMarkdown("23*19 = **437**. _So_ `x` is 2*3*4, snake_case_name\n- one\n# Title")).toBe(
      "23*19 = 437. So x is 2*3*4, snake_case_name\none\nTitle",
    );
    expect(oneLine(" a \n b ", 10)).toBe("a b");
    expect(oneLine("abcdefghij", 5)).toBe("abcd…");
  });
});
