import { expect, it } from "vitest";

import { flowEdges, flowNodes } from "./flow";
import { noMarks } from "./marks";
import { content } from "./testing/contents";

const shown = { marks: noMarks, names: new Map([["a1", "Ada"]]) };

it("draws a loop before what is within it, however they are stored", () => {
  const drawn = flowNodes(
    content({
      nodes: [
        { id: "deep", parent: "inner" },
        { id: "inner", type: "loop", parent: "outer" },
        { id: "outer", type: "loop" },
      ],
    }),
    shown,
  );
  expect(drawn.map(({ id, parentId }) => [id, parentId])).toEqual([
    ["outer", undefined],
    ["inner", "outer"],
    ["deep", "inner"],
  ]);
  expect(drawn[2]?.data.about).toBe("Ada");
});

it("draws nodes whose parent is no loop, or themselves, at the top", () => {
  const drawn = flowNodes(
    content({
      nodes: [
        { id: "a", parent: "gone" },
        { id: "b", parent: "a" },
        { id: "c", type: "loop", parent: "c" },
      ],
    }),
    shown,
  );
  expect(drawn.map(({ parentId }) => parentId)).toEqual([undefined, undefined, undefined]);
});

it("says on an edge what it waits for and how often it was gone along", () => {
  const team = content({
    nodes: [{ id: "a" }, { id: "b" }],
    edges: [
      { id: "e1", source: "a", target: "b", label: "good" },
      { id: "e2", source: "a", target: "gone" },
    ],
  });
  expect(flowEdges(team, { ...shown, counts: new Map([["e1", 3]]) }).map(({ label }) => label)).toEqual(["good · 3×"]);
});
