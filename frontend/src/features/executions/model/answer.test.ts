import { describe, expect, it } from "vitest";

import { draftOf } from "@/lib/schema-draft";

import { argumentsNode, decisions, errorsOf, type Question, questionTitle, readDecision } from "./answer";

const question: Question = {
  id: "q1",
  value: { tool: "mail", arguments: { to: "ada" } },
  response_schema: { properties: { decision: { enum: ["approve", "edit"] } } },
};
const mail = argumentsNode({
  type: "object",
  properties: { to: { type: "string" }, copies: { type: "integer", minimum: 1 } },
  required: ["to"],
});
const draft = { decision: "", arguments: draftOf(mail, question.value.arguments), result: "", reason: "" };

describe("answers to interrupts", () => {
  it("offers the decisions that the schema allows, and leaves every other schema to the form", () => {
    expect(decisions(question.response_schema)).toEqual([
      { value: "approve", label: "Approve" },
      { value: "edit", label: "Change the arguments" },
    ]);
    expect(decisions({})).toEqual([]);
    expect(decisions({ properties: { decision: { enum: ["approve", "postpone"] } } })).toEqual([]);
    expect(decisions({ properties: { decision: { enum: ["approve"] }, colour: {} } })).toEqual([]);
  });

  it("asks in words", () => {
    expect(questionTitle(question, "approval")).toBe("May the agent call mail?");
    expect(questionTitle(question, "in_doubt")).toBe("Did this call take place?");
    expect(questionTitle({ value: {}, response_schema: { title: "Which seat?" } }, "question")).toBe("Which seat?");
  });

  it("says only what the decision needs", () => {
    expect(readDecision({ ...draft, decision: "approve", reason: "x" }, mail).value).toEqual({ decision: "approve" });
    expect(readDecision({ ...draft, decision: "edit", arguments: { to: "bob", copies: "2" } }, mail)).toEqual({
      value: { decision: "edit", arguments: { to: "bob", copies: 2 } },
      errors: {},
    });
    expect(readDecision({ ...draft, decision: "respond", result: "42" }, mail).value).toEqual({
      decision: "respond",
      result: 42,
    });
    expect(readDecision({ ...draft, decision: "respond", result: "sent it" }, mail).value).toEqual({
      decision: "respond",
      result: "sent it",
    });
    expect(readDecision({ ...draft, decision: "reject", reason: " no " }, mail).value).toEqual({
      decision: "reject",
      reason: "no",
    });
  });

  it("checks the arguments by the tool's own schema, or takes them as JSON", () => {
    const { errors } = readDecision({ ...draft, decision: "edit", arguments: { to: "", copies: "0" } }, mail);
    expect(errors).toEqual({ "/arguments/to": "Needed", "/arguments/copies": "At least 1" });
    expect(errorsOf(errors, "arguments")).toEqual({ "/to": "Needed", "/copies": "At least 1" });
    const unknown = argumentsNode(undefined);
    expect(readDecision({ ...draft, decision: "edit", arguments: "{" }, unknown).errors).toEqual({
      "/arguments": "Not valid JSON",
    });
    expect(readDecision({ ...draft, decision: "edit", arguments: '{"to":"bob"}' }, unknown).value).toEqual({
      decision: "edit",
      arguments: { to: "bob" },
    });
  });
});
