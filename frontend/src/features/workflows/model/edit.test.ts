import { describe, expect, it } from "vitest";

import {
  addNode,
  changeConfig,
  clipOf,
  connect,
  moveNodes,
  moveTask,
  paste,
  putTask,
  removeEdges,
  removeNodes,
  withoutTasks,
} from "./edit";
import { content } from "./testing/contents";

const nested = content({
  nodes: [
    { id: "plan" },
    { id: "again", type: "loop" },
    { id: "work", parent: "again" },
    { id: "check", parent: "again", alias: "Checker" },
    { id: "end" },
  ],
  edges: [
    { source: "plan", target: "again" },
    { source: "work", target: "check" },
    { source: "again", target: "end" },
  ],
  tasks: [
    { task_id: "t1", node_id: "work", description: "Work" },
    { task_id: "t2", node_id: "end", description: "Say it", context_task_ids: ["t1"] },
  ],
});

describe("addNode", () => {
  it("makes an id that neither a node nor a name has", () => {
    const before = content({ nodes: [{ id: "x", alias: "Writer" }, { id: "Writer-2" }] });
    const [after, id] = addNode(before, { type: "agent", name: "Writer", agentId: "a2" });
    expect(id).toBe("Writer-3");
    expect(after.nodes.at(-1)).toMatchObject({ id, type: "agent", agent_id: "a2", alias: null });
  });

  it("makes ids that the API accepts from any name", () => {
    const [, id] = addNode(content(), { type: "agent", name: "Ärzte & Co: " + "x".repeat(90), agentId: "a" });
    expect(id).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    expect(addNode(content(), { type: "agent", name: "日本", agentId: "a" })[1]).toBe("node");
  });

  it("places it right of the others, and gives it what its kind starts with", () => {
    const [after] = addNode(content({ nodes: [{ id: "a", position: { x: 10, y: 20 } }] }), { type: "loop" });
    expect(after.nodes[1]).toMatchObject({ position: { x: 250, y: 20 }, config: { max_rounds: 3 } });
  });
});

describe("moveNodes", () => {
  it("rounds, and keeps what is within a loop inside its frame", () => {
    const places = new Map([
      ["plan", { x: -3.6, y: 7.2 }],
      ["work", { x: -50, y: 300.4 }],
    ]);
    const after = moveNodes(nested, places);
    expect(after.nodes[0]?.position).toEqual({ x: -4, y: 7 });
    expect(after.nodes[2]?.position).toEqual({ x: 8, y: 300 });
    expect(after.nodes[4]).toBe(nested.nodes[4]);
    expect(moveNodes(after, new Map([["plan", { x: -4.2, y: 7 }]]))).toBe(after);
  });
});

describe("removeNodes", () => {
  it("takes along what is within, its edges and its tasks, and no task has them as its context", () => {
    const after = removeNodes(nested, ["again"]);
    expect(after.nodes.map(({ id }) => id)).toEqual(["plan", "end"]);
    expect(after.edges).toEqual([]);
    expect(after.tasks).toMatchObject([{ task_id: "t2", context_task_ids: [] }]);
  });
});

describe("connect", () => {
  it("adds an edge once, and none from a node to itself", () => {
    const once = connect(nested, "plan", "end");
    expect(once.edges.at(-1)).toMatchObject({ source: "plan", target: "end", condition: null, otherwise: false });
    expect(connect(once, "plan", "end")).toBe(once);
    expect(connect(nested, "plan", "plan")).toBe(nested);
  });

  it("is undone by removing the edge", () => {
    const once = connect(nested, "plan", "end");
    expect(removeEdges(once, [once.edges.at(-1)?.id ?? ""]).edges).toEqual(nested.edges);
  });
});

describe("copy and paste", () => {
  it("copies a loop with what is within, under new ids and names, with the edges among them", () => {
    const [after, ids] = paste(nested, clipOf(nested, ["again"]));
    expect(ids).toEqual(["again-2", "work-2", "check-2"]);
    const copies = after.nodes.slice(nested.nodes.length);
    expect(copies.map(({ id, parent, alias }) => [id, parent, alias])).toEqual([
      ["again-2", null, null],
      ["work-2", "again-2", null],
      ["check-2", "again-2", "Checker 2"],
    ]);
    expect(after.edges.slice(nested.edges.length)).toMatchObject([{ source: "work-2", target: "check-2" }]);
    expect(after.tasks.at(-1)).toMatchObject({ node_id: "work-2", description: "Work" });
    expect(new Set(after.tasks.map(({ task_id }) => task_id)).size).toBe(3);
  });

  it("pastes twice without a clash, and into another workflow without the loop outside", () => {
    const clip = clipOf(nested, ["work"]);
    const [once] = paste(nested, clip);
    const [twice, ids] = paste(once, clip);
    expect(ids).toEqual(["work-3"]);
    expect(new Set(twice.nodes.map(({ id }) => id)).size).toBe(twice.nodes.length);
    const [elsewhere] = paste(content(), clip);
    expect(elsewhere.nodes).toMatchObject([{ id: "work", parent: null }]);
  });
});

describe("tasks", () => {
  it("are added with an id of their own and replaced by it", () => {
    const added = putTask(nested, { node_id: "end", description: "More" });
    const id = added.tasks.at(-1)?.task_id ?? "";
    expect(id).not.toBe("");
    expect(putTask(added, { task_id: id, node_id: "end", description: "Less" }).tasks.at(-1)?.description).toBe("Less");
  });

  it("change places; what would then come later is no context any more", () => {
    const moved = moveTask(nested, "t2", -1);
    expect(moved.tasks.map(({ task_id, context_task_ids }) => [task_id, context_task_ids])).toEqual([
      ["t2", []],
      ["t1", []],
    ]);
    expect(moveTask(nested, "t1", -1)).toBe(nested);
  });

  it("are removed from the contexts of others", () => {
    expect(withoutTasks(nested, new Set(["t1"])).tasks).toMatchObject([{ task_id: "t2", context_task_ids: [] }]);
  });
});

it("changes only the values of a configuration that are given", () => {
  const after = changeConfig(addNode(content(), { type: "loop" })[0], "loop", { max_rounds: 7 });
  expect(after.nodes[0]?.config).toMatchObject({ max_rounds: 7, on_limit: "continue" });
});
