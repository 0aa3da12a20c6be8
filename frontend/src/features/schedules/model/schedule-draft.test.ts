import { describe, expect, it } from "vitest";

import { bodyOf, changesOf, draftErrors, emptySchedule } from "./schedule-draft";

const draft = { ...emptySchedule("a1", "Europe/Berlin"), name: " News ", query: "What is new?" };

describe("a schedule being written", () => {
  it("is sent as the API wants it", () => {
    expect(bodyOf(draft)).toEqual({
      name: "News",
      agent_id: "a1",
      query: "What is new?",
      model: null,
      cron: "0 9 * * 1-5",
      time_zone: "Europe/Berlin",
    });
  });

  it("sends what changed, an emptied model too", () => {
    expect(changesOf(draft, draft)).toEqual({});
    expect(
      changesOf({ ...draft, model: "m" }, { ...draft, model: "", timing: { ...draft.timing, time: "10:30" } }),
    ).toEqual({ model: null, cron: "30 10 * * 1-5" });
  });

  it("knows the API's rules", () => {
    expect(draftErrors(draft)).toEqual({});
    expect(draftErrors({ ...draft, name: " ", agentId: "", query: "", timeZone: "" })).toEqual({
      name: "Needed",
      agent_id: "Needed",
      query: "Needed",
      time_zone: "Needed",
    });
    expect(draftErrors({ ...draft, name: "n".repeat(256) }).name).toMatch(/^At most 255/);
    expect(draftErrors({ ...draft, timing: { ...draft.timing, kind: "weekly", days: [] } }).cron).toBe(
      "Choose a day at least",
    );
    expect(draftErrors({ ...draft, timing: { ...draft.timing, time: "" } }).cron).toBe("Choose a time");
    expect(draftErrors({ ...draft, timing: { ...draft.timing, kind: "custom", cron: " " } }).cron).toBe("Needed");
  });
});
