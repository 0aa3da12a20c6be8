import { describe, expect, it } from "vitest";

import { layoutOf } from "./layout";
import { sizesOf } from "./sizes";
import { content } from "./testing/contents";

describe("layoutOf", () => {
  it("goes from left to right, the first branch on top", () => {
    const places = layoutOf(
      content({
        nodes: [{ id: "start" }, { id: "one" }, { id: "two" }, { id: "end" }],
        edges: [
          { source: "start", target: "one" },
          { source: "start", target: "two" },
          { source: "one", target: "end" },
          { source: "two", target: "end" },
        ],
      }),
    );
    const at = (id: string) => places.get(id) ?? { x: NaN, y: NaN };
    expect(at("start").x).toBeLessThan(at("one").x);
    expect(at("one").x).toBeLessThan(at("end").x);
    expect(at("one").y).toBeLessThan(at("two").y);
  });

  it("makes a loop large enough for what is within, and puts that inside it", () => {
    const before = content({
      nodes: [{ id: "again", type: "loop" }, ...["a", "b", "c"].map((id) => ({ id, parent: "again" })), { id: "end" }],
      edges: [
        { source: "a", target: "b" },
        { source: "b", target: "c" },
        { source: "again", target: "end" },
      ],
    });
    const places = layoutOf(before);
    const nodes = before.nodes.map((node) => ({ ...node, position: places.get(node.id) ?? null }));
    const loop = sizesOf(nodes).get("again");
    expect(places.get("end")?.x).toBeGreaterThanOrEqual(loop?.width ?? Infinity);
    for (const id of ["a", "b", "c"]) expect(places.get(id)?.y).toBeGreaterThanOrEqual(40);
    expect(places.get("c")?.x).toBeLessThan(loop?.width ?? 0);
  });

  it("is not led astray by edges to nowhere, across loops, to itself, doubled, nor by an empty canvas", () => {
    const places = layoutOf(
      content({
        nodes: [{ id: "a" }, { id: "again", type: "loop" }, { id: "in", parent: "again" }],
        edges: [
          { source: "a", target: "gone" },
          { source: "a", target: "in" },
          { source: "a", target: "a" },
          { id: "x", source: "a", target: "again" },
          { id: "y", source: "a", target: "again" },
        ],
      }),
    );
    expect([...places.keys()].sort()).toEqual(["a", "again", "in"]);
    for (const { x, y } of places.values()) expect(Number.isFinite(x) && Number.isFinite(y)).toBe(true);
    expect(layoutOf(content()).size).toBe(0);
  });
});
