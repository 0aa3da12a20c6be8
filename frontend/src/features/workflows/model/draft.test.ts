import { expect, it } from "vitest";

import { contentDiff } from "./content-diff";
import { bodyOf, contentOf, sameContent } from "./draft";
import { blank, playedBy, unplayed } from "./templates";
import { content } from "./testing/contents";

it("gives edges ids of their own where they have none, and is read back the same", () => {
  const twice = content({
    nodes: [{ id: "a" }, { id: "b" }],
    edges: [
      { source: "a", target: "b" },
      { source: "a", target: "b" },
      { id: "a-b", source: "b", target: "a" },
    ],
  });
  expect(new Set(twice.edges.map(({ id }) => id)).size).toBe(3);
  expect(twice.edges[2]?.id).toBe("a-b");
  expect(sameContent(contentOf(bodyOf(twice)), twice)).toBe(true);
});

it("says which lines of two contents differ, places on the canvas left out", () => {
  const before = content({ nodes: [{ id: "a", position: { x: 1, y: 1 }, config: { description: "Old" } }] });
  const moved = content({ nodes: [{ id: "a", position: { x: 9, y: 9 }, config: { description: "Old" } }] });
  const after = content({ nodes: [{ id: "a", config: { description: "New" } }] });
  expect(contentDiff(before, moved)).toEqual([]);
  const changed = contentDiff(before, after).filter(({ kind }) => kind !== "same");
  expect(changed.map(({ kind, text }) => [kind, text.trim()])).toEqual([
    ["removed", '"description": "Old"'],
    ["added", '"description": "New"'],
  ]);
});

it("puts agents in the parts of a template", () => {
  expect(unplayed(blank, {})).toEqual(["first"]);
  expect(playedBy(blank, "Mine", { first: "a7" })).toMatchObject({ name: "Mine", nodes: [{ agent_id: "a7" }] });
});
