import { describe, expect, it } from "vitest";

import { changedFields, draftErrors, draftOf, emptyDraft } from "./agent-draft";
import { configurationDiff } from "./configuration-diff";

describe("draftErrors", () => {
  it("holds the API's own rules", () => {
    expect(draftErrors(emptyDraft)).toEqual({ name: "Needed" });
    expect(draftErrors({ ...emptyDraft, name: "   " })).toEqual({ name: "Needed" });
    expect(
      draftErrors({ ...emptyDraft, name: "x".repeat(256), temperature: 2.1, max_iter: 0, run_timeout_s: 0 }),
    ).toEqual({
      name: "At most 255 characters (now 256)",
      temperature: "At most 2",
      max_iter: "At least 1",
      run_timeout_s: "More than 0",
    });
    expect(draftErrors({ ...emptyDraft, name: "Fine", max_rpm: 1.5 })).toEqual({ max_rpm: "A whole number, please" });
  });
});

describe("drafts", () => {
  it("come from a stored agent and know what changed", () => {
    const draft = draftOf({ name: "A", tools: ["calculator"], tools_config: [] });
    expect(draft).toMatchObject({ name: "A", tools: ["calculator"], max_iter: 15 });
    expect(changedFields(draft, draft)).toEqual({});
    expect(changedFields(draft, { ...draft, tools: ["calculator", "chatbot"], temperature: 1 })).toEqual({
      tools: ["calculator", "chatbot"],
      temperature: 1,
    });
  });

  it("are compared field by field, texts line by line", () => {
    const before = { ...emptyDraft, name: "A", instructions: "one\ntwo" };
    const diff = configurationDiff(before, { ...before, instructions: "one\n2\nthree", tools: ["x"] });
    expect(diff.map(({ field }) => field)).toEqual(["instructions", "tools"]);
    expect(diff[0]?.lines.map(({ kind, text }) => `${kind[0]} ${text}`)).toEqual(["s one", "r two", "a 2", "a three"]);
    expect(diff[1]?.lines).toEqual([
      { kind: "removed", text: "none" },
      { kind: "added", text: "x" },
    ]);
  });
});
