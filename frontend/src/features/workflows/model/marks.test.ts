import { expect, it } from "vitest";

import { markAt, marksOf } from "./marks";
import { content } from "./testing/contents";

const team = content({
  nodes: [{ id: "a" }, { id: "b", type: "tool" }],
  edges: [{ id: "e1", source: "a", target: "b" }],
  tasks: [{ task_id: "t1", node_id: "a", description: "x" }],
});

it("gives each finding to the part that it is about", () => {
  const marks = marksOf(team, [
    { pointer: "/nodes/1/config/tool", detail: "there is no tool" },
    { pointer: "/nodes/1", detail: "no edge leads to it" },
    { pointer: "/edges/0/condition", detail: "not an expression" },
    { pointer: "/tasks/0/node_id", detail: "there is no node" },
    { pointer: "/nodes", detail: "at least one" },
    { pointer: "/nodes/7", detail: "gone meanwhile" },
  ]);
  expect(marks.nodes.get("b")).toEqual([
    { pointer: "/config/tool", detail: "there is no tool" },
    { pointer: "", detail: "no edge leads to it" },
  ]);
  expect(marks.edges.get("e1")?.[0]?.pointer).toBe("/condition");
  expect(marks.tasks.get("t1")).toHaveLength(1);
  expect(marks.whole.map(({ pointer }) => pointer)).toEqual(["/nodes", "/nodes/7"]);
  expect(marks.total).toBe(6);
});

it("reads the pointers of a body that was refused, which name the kind in between", () => {
  const marks = marksOf(team, [
    { pointer: "#/body/nodes/1/tool/config/tool", detail: "at least 1 character" },
    { pointer: "#/body/name", detail: "needed" },
  ]);
  expect(markAt(marks.nodes.get("b"), "tool")).toBe("at least 1 character");
  expect(markAt(marks.nodes.get("b"), "arguments")).toBeUndefined();
  expect(marks.whole).toEqual([{ pointer: "/name", detail: "needed" }]);
});
