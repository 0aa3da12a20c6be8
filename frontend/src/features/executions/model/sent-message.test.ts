import { describe, expect, it } from "vitest";

import { readSent, sentToolName } from "./sent-message";

describe("readSent", () => {
  it("reads texts, parts and calls", () => {
    expect(readSent({ role: "user", content: "hi" })).toEqual({ role: "user", text: "hi" });
    expect(readSent({ role: "user", content: [{ type: "text", text: "a" }, { type: "image" }] }).text).toBe(
      'a\n{"type":"image"}',
    );
    const calls = [{ id: "1", type: "function", function: { name: "add", arguments: '{"a": 1}' } }];
    expect(readSent({ role: "assistant", content: null, tool_calls: calls }).text).toBe('add({"a": 1})');
  });

  it("shows what it does not know as JSON, and says what is not kept", () => {
    expect(readSent({ type: "function_call", name: "add" })).toEqual({
      role: "function_call",
      text: '{"type":"function_call","name":"add"}',
    });
    expect(readSent(null).text).toContain("not kept");
    expect(readSent("plain")).toEqual({ role: "user", text: "plain" });
  });
});

describe("sentToolName", () => {
  it("knows both forms", () => {
    expect(sentToolName({ type: "function", function: { name: "add" } })).toBe("add");
    expect(sentToolName({ type: "function", name: "add" })).toBe("add");
    expect(sentToolName(null)).toBe("not kept");
  });
});
