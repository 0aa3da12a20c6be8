import { describe, expect, it } from "vitest";

import type { HandoffOut } from "@/lib/api";

import { bodyOf, draftOf, emptyHandoff, handoffErrors, whenWords } from "./handoff-draft";

const stored = (condition: HandoffOut["condition"], input_mapping = {}) =>
  ({ target_agent_id: "b", description: "Numbers", condition, input_mapping }) as HandoffOut;

describe("handoff draft", () => {
  it.each([
    [null, "when the model says so"],
    [{ expression: "last.category == 'math'" }, "when last.category == 'math'"],
    [{ path: "last.category", schema: { const: "math" } }, 'when last.category fits {"const":"math"}'],
    [{ schema: { type: "object" } }, 'when the state fits {"type":"object"}'],
  ])("keeps a condition as it is stored: %j", (condition, words) => {
    const handoff = stored(condition, { subject: "last.category" });
    expect(bodyOf(draftOf(handoff))).toEqual({
      target_agent_id: "b",
      description: "Numbers",
      condition,
      input_mapping: { subject: "last.category" },
    });
    expect(whenWords(condition)).toBe(words);
  });

  it("names what is missing at its place", () => {
    expect(handoffErrors(emptyHandoff)).toEqual({ "/target_agent_id": "Choose an agent", "/description": "Needed" });
    const draft = draftOf(stored(null));
    expect(handoffErrors(draft)).toEqual({});
    expect(handoffErrors({ ...draft, when: "expression" })).toEqual({ "/condition": "Needed" });
    expect(handoffErrors({ ...draft, when: "schema", schema: "{" })).toEqual({ "/condition": "Not valid JSON yet" });
    expect(handoffErrors({ ...draft, mapping: "subject" })["/input_mapping"]).toMatch("name = path");
  });
});
