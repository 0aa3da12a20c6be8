import { describe, expect, it } from "vitest";

import { curlFollow, curlRun, curlStart, javascriptRun, pythonRun } from "./code";

const open = { origin: "http://localhost:8000", keyed: false };
const keyed = { ...open, keyed: true };

describe("an execution as code", () => {
  it("is a command that a shell takes as it is, whatever the question", () => {
    expect(curlRun(open, "a1", "what's 2+2?")).toBe(
      "curl -N 'http://localhost:8000/api/stream/a1?query=what'\\''s%202%2B2%3F'",
    );
    expect(curlStart(open, "a1", "it's")).toContain(`-d '{"agent_id":"a1","query":"it'\\''s","mode":"async"}'`);
    expect(curlFollow(open, "e1")).toBe("curl -N 'http://localhost:8000/api/v1/executions/e1/stream'");
  });

  it("sends a key from the environment where one is wanted, and never writes one down", () => {
    for (const text of [
      curlRun(keyed, "a1", "?"),
      curlStart(keyed, "a1", "?"),
      curlFollow(keyed, "e1"),
      pythonRun(keyed, "a1", "?"),
      javascriptRun(keyed, "a1", "?"),
    ])
      expect(text).toMatch(/Bearer .*DYNAGENT_KEY/);
    for (const text of [pythonRun(open, "a1", "?"), javascriptRun(open, "a1", "?")])
      expect(text).not.toContain("Bearer");
  });

  it("keeps quotation marks of a question inside the program's own", () => {
    expect(pythonRun(open, "a1", 'say "hi"\n')).toContain('params={"query": "say \\"hi\\"\\n"},');
    expect(javascriptRun(open, "a1", 'say "hi"')).toContain('query: "say \\"hi\\""');
  });
});
