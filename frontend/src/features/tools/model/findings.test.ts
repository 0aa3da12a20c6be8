import { describe, expect, it } from "vitest";

import { toProblem } from "@/lib/problem";

import { findingsOf } from "./findings";

describe("findingsOf", () => {
  it("reads what the screen found and is not surprised by anything else", () => {
    const problem = toProblem({
      title: "x",
      status: 422,
      findings: [{ rule: "import", line: 2, column: 4, message: "no os" }, null, 3, { line: 1 }],
    });
    expect(findingsOf(problem)).toEqual([{ rule: "import", line: 2, column: 4, message: "no os" }]);
    expect(findingsOf(null)).toEqual([]);
    expect(findingsOf(toProblem(new Error("x")))).toEqual([]);
  });
});
