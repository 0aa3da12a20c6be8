import { describe, expect, it } from "vitest";

import { emptyDraft } from "./agent-draft";
import { systemPrompt } from "./system-prompt";
import { allTools, settingText, toggleTool, toolArguments, withSetting } from "./tool-settings";

const own = { name: "search", type: "web_search", config: { provider: "x" } };

describe("tool settings", () => {
  it("count configured tools among the agent's", () => {
    expect(allTools({ tools: ["calculator", "search"], tools_config: [own] })).toEqual(["calculator", "search"]);
    expect(allTools({ tools: [], tools_config: [own] })).toEqual(["search"]);
  });

  it("go with their tool", () => {
    const draft = { ...emptyDraft, tools: ["search"], tools_config: [own], requires_approval: ["search", "other"] };
    expect(toggleTool(draft, "search", false)).toEqual({ tools: [], tools_config: [], requires_approval: ["other"] });
    expect(toggleTool(draft, "calculator", true).tools).toEqual(["search", "calculator"]);
  });

  it("are read from fields and vanish when these are emptied", () => {
    const warm = withSetting([], "chatbot", "temperature", "0.5");
    expect(warm).toEqual([{ name: "chatbot", type: "chatbot", config: { temperature: 0.5 } }]);
    expect(settingText(warm, "chatbot", "temperature")).toBe("0.5");
    expect(settingText(warm, "chatbot", "model")).toBe("");
    expect(withSetting(warm, "chatbot", "system_prompt", "Be [brief]")[0]?.config).toEqual({
      temperature: 0.5,
      system_prompt: "Be [brief]",
    });
    expect(withSetting(warm, "chatbot", "temperature", " ")).toEqual([]);
    expect(withSetting([], "t", "list", '["a"]')[0]?.config).toEqual({ list: ["a"] });
    expect(withSetting([], "t", "text", "[not json")[0]?.config).toEqual({ text: "[not json" });
  });

  it("keep an attachment whose name is not its type", () => {
    expect(withSetting([own], "search", "provider", "")).toEqual([{ ...own, config: {} }]);
  });

  it("show the arguments that the model is told", () => {
    const schema = {
      properties: {
        text: { type: "string", description: "What" },
        mode: { enum: ["a", "b"] },
        n: { anyOf: [{ type: "integer" }, { type: "null" }] },
      },
      required: ["text"],
    };
    expect(toolArguments(schema).map(({ name, type, required }) => `${name}: ${type}${required ? "!" : ""}`)).toEqual([
      "text: string!",
      'mode: "a" | "b"',
      "n: integer",
    ]);
    expect(toolArguments(undefined)).toEqual([]);
  });
});

describe("systemPrompt", () => {
  it("is put together as the server does it", () => {
    expect(systemPrompt({ ...emptyDraft, instructions: "Do.", role: "Analyst", backstory: "Old" })).toBe(
      "Do.\n\nRole: Analyst\n\nBackstory: Old",
    );
    expect(systemPrompt(emptyDraft)).toBe("");
  });
});
