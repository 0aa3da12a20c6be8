import { describe, expect, it } from "vitest";

import { bodyOf, draftOf, moved, policyErrors, verdict } from "./rules";

const policy = {
  default: "dependencies" as const,
  rules: [
    { from_agent: "ada", to_agent: "*", allowed: false },
    { from_agent: "*", to_agent: "eve", allowed: true },
  ],
  max_message_chars: 100_000,
  keep_messages_days: 90,
};

describe("rules", () => {
  it("goes from the API and back without loss", () => {
    expect(bodyOf(draftOf(policy))).toEqual(policy);
  });

  it("asks the first rule that is about both, else the default", () => {
    const draft = draftOf(policy);
    expect(verdict(draft, "ada", "eve")).toEqual({ allowed: false, rule: 0 });
    expect(verdict(draft, "bob", "eve")).toEqual({ allowed: true, rule: 1 });
    expect(verdict(draft, "bob", "ada")).toEqual({ allowed: true, rule: null });
    expect(verdict({ ...draft, default: "none" }, "bob", "ada")).toEqual({ allowed: false, rule: null });
  });

  it("names each broken bound at its place", () => {
    const draft = draftOf(policy);
    expect(policyErrors(draft)).toEqual({});
    const broken = {
      ...draft,
      rules: [{ key: "x", from: " ", to: "b".repeat(301), allowed: true }],
      maxChars: "99",
      keepDays: "1.5",
    };
    expect(policyErrors(broken)).toEqual({
      "/rules/0/from_agent": "Needed: a name, or * for any agent",
      "/rules/0/to_agent": "At most 300 characters (now 301)",
      "/max_message_chars": "At least 100",
      "/keep_messages_days": "A whole number, please",
    });
    expect(policyErrors({ ...draft, keepDays: "40000" })["/keep_messages_days"]).toBe("At most 36,500");
  });

  it("moves a rule, and none beyond the ends", () => {
    const { rules } = draftOf(policy);
    expect(moved(rules, 0, 1).map(({ from }) => from)).toEqual(["*", "ada"]);
    expect(moved(rules, 1, 1)).toBe(rules);
    expect(moved(rules, 0, -1)).toBe(rules);
  });
});
