import { describe, expect, it } from "vitest";

import { decisions, emptyAnswer, type Question, readAnswer } from "./answer";

const question: Question = { id: "q1", value: { tool: "mail", arguments: { to: "ada" } }, response_schema: { properties: { decision: { enum: ["approve", "edit"] } } } };

describe("answers to interrupts", () => {
  it("offers what the schema allows", () => {
    expect(decisions(question.response_schema)).toEqual([
      { value: "approve", label: "Approve" },
      { value: "edit", label: "Change the arguments" },
    ]);
    expect(decisions({})).toEqual([]);
  });

  it("says only what the decision needs", () => {
    const draft = emptyAnswer(question);
    expect(JSON.parse(draft.arguments)).toEqual({ to: "ada" });
    expect(readAnswer({ ...draft, decision: "approve", reason: "x" })).toEqual({ decision: "approve" });
    expect(readAnswer({ ...draft, decision: "edit", arguments: '{"to":"bob"}' })).toEqual({ decision: "edit", arguments: { to: "bob" } });
    expect(readAnswer({ ...draft, decision: "respond", result: "42" })).toEqual({ decision: "respond", result: 42 });
    expect(readAnswer({ ...draft, decision: "respond", result: "sent it" })).toEqual({ decision: "respond", result: "sent it" });
    expect(readAnswer({ ...draft, decision: "reject", reason: " no " })).toEqual({ decision: "reject", reason: "no" });
    expect(() => readAnswer({ ...draft, decision: "edit", arguments: "{" })).toThrow(SyntaxError);
  });
});
