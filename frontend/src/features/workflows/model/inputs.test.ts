import { expect, it } from "vitest";

import { inputNames, inputValue } from "./inputs";
import { content } from "./testing/contents";

it("finds inputs in templates, mappings, conditions and tasks, each once", () => {
  const found = inputNames(
    content({
      nodes: [
        {
          id: "a",
          config: { description: "Write on {{ inputs.topic }} for {reader}; not { this } nor {{ steps.x }}" },
        },
        { id: "b", type: "loop", config: { until: { expression: "inputs.limit > 3 and steps.inputs.x" } } },
        { id: "c", type: "tool", config: { tool: "t", arguments: { q: ["{{inputs.topic}}"] } } },
      ],
      edges: [{ source: "a", target: "b", condition: { path: "inputs.lang", schema: { const: "en" } } }],
      tasks: [{ task_id: "t", node_id: "a", description: "In {{ inputs.tone ?? calm }} words, {topic}" }],
    }),
  );
  expect(found).toEqual([
    { name: "topic", needed: true },
    { name: "reader", needed: true },
    { name: "limit", needed: true },
    { name: "tone", needed: false },
    { name: "lang", needed: true },
  ]);
});

it("does not ask for what an edge or a step maps", () => {
  const mapped = content({
    nodes: [{ id: "a" }, { id: "b", config: { description: "{plan}" } }],
    edges: [{ source: "a", target: "b", mapping: { plan: "steps.a.output" } }],
  });
  expect(inputNames(mapped)).toEqual([]);
});

it("sends JSON as what it says and everything else as text", () => {
  expect(inputValue(' ["a", 1] ')).toEqual(["a", 1]);
  expect(inputValue("{not json")).toBe("{not json");
  expect(inputValue("42")).toBe("42");
});
