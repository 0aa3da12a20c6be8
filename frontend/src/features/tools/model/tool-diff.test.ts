import { expect, it } from "vitest";

import { toolDiff } from "./tool-diff";

const before = {
  name: "twice",
  description: "Says it twice",
  source: "a\nb\n",
  tags: [],
  policy: { timeout_s: 5, reuse: false },
};

it("shows the fields that differ, line by line", () => {
  expect(toolDiff(before, before)).toEqual([]);
  expect(toolDiff(before, { ...before, source: "a\nc\n", tags: ["x"], policy: { timeout_s: 5, reuse: true } })).toEqual(
    [
      {
        label: "Source",
        lines: [
          { kind: "same", text: "a" },
          { kind: "removed", text: "b" },
          { kind: "added", text: "c" },
        ],
      },
      {
        label: "Tags",
        lines: [
          { kind: "removed", text: "none" },
          { kind: "added", text: "x" },
        ],
      },
      {
        label: "Reuse of the process",
        lines: [
          { kind: "removed", text: "no" },
          { kind: "added", text: "yes" },
        ],
      },
    ],
  );
});
