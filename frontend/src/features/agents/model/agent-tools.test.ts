import { describe, expect, it } from "vitest";

import { emptyDraft } from "./agent-draft";
import { asksAgent, toggleAgentTool } from "./agent-tools";

const other = { id: "0192", slug: "helper" };

describe("agents as tools", () => {
  it("attaches an agent under its slug, once, and takes it away again", () => {
    const on = { ...emptyDraft, ...toggleAgentTool(emptyDraft, other, true) };
    expect(on.tools_config).toEqual([{ name: "helper", type: "agent", config: { agent: "0192" } }]);
    expect(asksAgent(on, other)).toBe(true);
    expect(toggleAgentTool(on, other, true).tools_config).toBe(on.tools_config);
    expect(toggleAgentTool(on, other, false).tools_config).toEqual([]);
    expect(asksAgent(emptyDraft, other)).toBe(false);
  });

  it("goes by another name where a tool has its own", () => {
    const draft = { ...emptyDraft, tools_config: [{ name: "helper", type: "web_search", config: {} }] };
    expect(toggleAgentTool(draft, other, true).tools_config[1]?.name).toBe("ask_helper");
  });

  it("knows one that was given by id or slug alone", () => {
    const draft = { ...emptyDraft, tools: ["helper", "calculator"] };
    expect(asksAgent(draft, other)).toBe(true);
    expect(toggleAgentTool(draft, other, false).tools).toEqual(["calculator"]);
  });
});
