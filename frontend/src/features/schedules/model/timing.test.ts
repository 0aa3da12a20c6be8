import { describe, expect, it } from "vitest";

import { cronOf, timingOf, timingWords } from "./timing";

const known: [string, string][] = [
  ["* * * * *", "Every minute"],
  ["*/15 * * * *", "Every 15 minutes"],
  ["0 * * * *", "Every hour, on the hour"],
  ["7 * * * *", "Every hour at :07"],
  ["30 6 * * *", "Every day at 06:30"],
  ["0 9 * * 1-5", "Every weekday at 09:00"],
  ["0 9 * * 0,1,3", "Mondays, Wednesdays and Sundays at 09:00"],
  ["5 23 * * 6", "Saturdays at 23:05"],
  ["0 8 1 * *", "Every month on the 1st at 08:00"],
  ["0 8 12 * *", "Every month on the 12th at 08:00"],
  ["0 8 23 * *", "Every month on the 23rd at 08:00"],
];

describe("timetables", () => {
  it.each(known)("%s is said and written back", (cron, words) => {
    expect(timingWords(cron)).toBe(words);
    expect(cronOf(timingOf(cron))).toBe(cron);
    expect(timingOf(cron).kind).not.toBe("custom");
  });

  it.each([
    "*/7 * * * *",
    "0 9 * 1 *",
    "0 9,17 * * *",
    "0 9 1 * 1",
    "60 * * * *",
    "0 9 * * mon",
    "0 24 * * *",
    "0 9 0 * *",
    "nonsense",
    "0 9 * * * *",
  ])("%s stays as it was written", (cron) => {
    expect(timingOf(cron)).toMatchObject({ kind: "custom", cron });
    expect(cronOf(timingOf(cron))).toBe(cron);
    expect(timingWords(cron)).toBe(`Cron ${cron}`);
  });

  it("knows both names of Sunday, and names every day once", () => {
    expect(cronOf(timingOf("0 9 * * 0,7"))).toBe("0 9 * * 0");
  });

  it("names no time while a field is empty", () => {
    const timing = timingOf("0 9 * * 1-5");
    expect(cronOf({ ...timing, time: "" })).toBe("");
    expect(cronOf({ ...timing, kind: "weekly", days: [] })).toBe("");
  });
});
