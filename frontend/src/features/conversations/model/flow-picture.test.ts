import { describe, expect, it } from "vitest";

import type { PairCount } from "@/lib/api";

import { flowPicture, MAX_AGENTS } from "./flow-picture";

const pair = (from: string, to: string, messages: number): PairCount => ({
  from_agent: from,
  to_agent: to,
  messages,
  characters: messages * 10,
  last_message_at: "2026-11-30T00:00:00Z",
});

describe("flowPicture", () => {
  it("puts who talks most at the top and all on a circle", () => {
    const { agents, left } = flowPicture([pair("ada", "bob", 5), pair("bob", "eve", 3)]);
    expect(agents.map(({ name, messages }) => [name, messages])).toEqual([
      ["bob", 8],
      ["ada", 5],
      ["eve", 3],
    ]);
    expect(agents[0]).toMatchObject({ x: 200, y: 40, anchor: "middle" });
    for (const { x, y } of agents) expect(Math.hypot(x - 200, y - 200)).toBeCloseTo(160, 0);
    expect(left).toBe(0);
  });

  it("draws both directions apart, wider the more was said", () => {
    const { arcs } = flowPicture([pair("ada", "bob", 9), pair("bob", "ada", 1)]);
    expect(arcs.map(({ width }) => width)).toEqual([6, 2.7]);
    expect(arcs[0]?.path).not.toBe(arcs[1]?.path);
    expect(arcs[0]?.path).toMatch(/^M[\d. ]+Q[\d. ]+$/);
  });

  it("leaves out whom there is no room for, and says how many", () => {
    const many = Array.from({ length: MAX_AGENTS + 5 }, (_, place) => pair(`a${place}`, "hub", 100 - place));
    const { agents, arcs, left } = flowPicture(many);
    expect(agents).toHaveLength(MAX_AGENTS);
    expect(left).toBe(6);
    expect(arcs).toHaveLength(MAX_AGENTS - 1);
    expect(flowPicture([])).toEqual({ agents: [], arcs: [], left: 0 });
  });
});
