import { describe, expect, it } from "vitest";

import { boardOf, NODE } from "./board";

describe("boardOf", () => {
  it("has a column for each wave, each in the middle of the height, and a line for each dependency", () => {
    const board = boardOf([
      { name: "a", dependencies: [] },
      { name: "b", dependencies: [] },
      { name: "c", dependencies: ["a", "b", "gone"] },
    ]);
    expect(board.waves).toBe(2);
    expect(board.places.map(({ member, wave }) => [member.name, wave])).toEqual([
      ["a", 0],
      ["b", 0],
      ["c", 1],
    ]);
    expect(board.height).toBe(2 * NODE.height + 14);
    expect(board.places[2]?.y).toBe((board.height - NODE.height) / 2);
    expect(board.lines.map(({ from, to }) => `${from}>${to}`)).toEqual(["a>c", "b>c"]);
  });

  it("shows who waits in a circle, and nothing where nobody is", () => {
    expect(boardOf([{ name: "a", dependencies: ["a"] }]).places).toHaveLength(1);
    expect(boardOf([])).toEqual({ places: [], lines: [], waves: 0, width: 0, height: 0 });
  });
});
