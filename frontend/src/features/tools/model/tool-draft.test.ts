import { describe, expect, it } from "vitest";

import { changesOf, draftOf, emptyTool, toolErrors, toToolBody } from "./tool-draft";

const stored = {
  name: "twice",
  description: "Says it twice",
  source: "async def twice(text: str) -> str:\n    return text * 2\n",
  tags: ["text"],
  policy: { network: ["api.example.com:443"], secrets: ["TOKEN"], timeout_s: 9, reuse: true, repeatable: false },
};

describe("a tool being written", () => {
  it("is sent as the API wants it, and read back the same", () => {
    const draft = draftOf(stored);
    expect(toToolBody(draft)).toEqual({
      name: "twice",
      description: "Says it twice",
      code: stored.source,
      tags: ["text"],
      network: ["api.example.com:443"],
      secrets: ["TOKEN"],
      timeout_s: 9,
      reuse: true,
      repeatable: false,
    });
    expect(changesOf(draft, draft)).toEqual({});
  });

  it("sends only what changed, a policy as a whole", () => {
    const draft = draftOf(stored);
    expect(changesOf(draft, { ...draft, tags: " text ,, new", description: "Says it two times" })).toEqual({
      tags: ["text", "new"],
      description: "Says it two times",
    });
    expect(changesOf(draft, { ...draft, secrets: "" })).toEqual({ policy: { ...stored.policy, secrets: [] } });
    expect(changesOf(draft, { ...draft, network: " api.example.com:443 " })).toEqual({});
  });

  it("knows the API's rules", () => {
    expect(toolErrors({ ...emptyTool, name: "fine", description: "Long enough" })).toEqual({});
    const errors = toolErrors({
      ...emptyTool,
      name: "1x",
      description: "no",
      code: "def x(): pass\n",
      timeout_s: "61",
      network: "a:1,".repeat(21),
      tags: "t,".repeat(21),
    });
    expect(Object.keys(errors).sort()).toEqual(["code", "description", "name", "network", "tags", "timeout_s"]);
    expect(errors.code).toBe("Must contain async def");
    expect(toolErrors({ ...emptyTool, name: "fine", description: "Long enough", timeout_s: " " }).timeout_s).toBe(
      "Not a number",
    );
    expect(toolErrors({ ...emptyTool, name: "fine", description: "Long enough", timeout_s: "0" }).timeout_s).toBe(
      "More than 0",
    );
  });
});
