/** A workflow's content as the canvas draws it. */
import { type Edge as FlowEdge, MarkerType, type Node as FlowNode } from "@xyflow/react";

import { type Content, type Edge, type Node, nodeName } from "./draft";
import { edgeWords } from "./edge-words";
import type { Finding, Marks } from "./marks";
import type { NodeState } from "./run-states";
import { sizesOf } from "./sizes";

export interface NodeData extends Record<string, unknown> {
  node: Node;
  title: string;
  /** The agent's, tool's or workflow's name, or what the kind is told. */
  about: string;
  taskCount: number;
  findings: readonly Finding[];
  state: NodeState | undefined;
}

export type CanvasNode = FlowNode<NodeData, "step" | "loop">;
export type CanvasEdge = FlowEdge<{ edge: Edge }>;

export interface Shown {
  marks: Marks;
  /** Names of agents and workflows by id. */
  names: ReadonlyMap<string, string>;
  states?: ReadonlyMap<string, NodeState>;
  counts?: ReadonlyMap<string, number>;
}

/** The nodes to draw: a loop before those within it, as the library wants it. */
export function flowNodes({ nodes, tasks }: Content, { marks, names, states }: Shown): CanvasNode[] {
  const sizes = sizesOf(nodes);
  const known = new Map(nodes.map((node) => [node.id, node]));
  const counts = new Map<string, number>();
  for (const { node_id } of tasks) counts.set(node_id, (counts.get(node_id) ?? 0) + 1);
  const drawn = nodes.map((node, place): CanvasNode => {
    const loop = node.type === "loop";
    const parent = depthOf(node, known) > 0 ? node.parent : null;
    return {
      id: node.id,
      type: loop ? "loop" : "step",
      position: node.position ?? { x: (place % 5) * 240, y: Math.floor(place / 5) * 110 },
      ...(parent === null ? {} : { parentId: parent }),
      ...(sizes.get(node.id) ?? {}),
      zIndex: loop ? 0 : 1,
      ariaLabel: `${nodeName(node)}, ${node.type}`,
      data: {
        node,
        title: nodeName(node),
        about: aboutOf(node, names),
        taskCount: counts.get(node.id) ?? 0,
        findings: marks.nodes.get(node.id) ?? [],
        state: states?.get(node.id),
      },
    };
  });
  const depth = new Map(nodes.map((node) => [node.id, depthOf(node, known)]));
  return drawn.sort((one, other) => (depth.get(one.id) ?? 0) - (depth.get(other.id) ?? 0));
}

const labelLook = {
  labelStyle: { fill: "var(--ink-2)", fontSize: 11 },
  labelBgStyle: { fill: "var(--canvas)" },
  labelBgPadding: [4, 2] satisfies [number, number],
  labelBgBorderRadius: 3,
};

/** The edges to draw; those with an end that is not there are left to the list and its marks. */
export function flowEdges({ nodes, edges }: Content, { marks, counts }: Shown): CanvasEdge[] {
  const known = new Set(nodes.map(({ id }) => id));
  return edges
    .filter(({ source, target }) => known.has(source) && known.has(target))
    .map((edge): CanvasEdge => {
      const broken = marks.edges.has(edge.id);
      const count = counts?.get(edge.id);
      const label = [edgeWords(edge), count === undefined ? "" : `${count}×`].filter(Boolean).join(" · ");
      const colour = broken ? "var(--bad)" : count === undefined ? "var(--control-line)" : "var(--accent)";
      return {
        id: edge.id,
        source: edge.source,
        target: edge.target,
        zIndex: 1,
        ...(label ? { label, ...labelLook } : {}),
        data: { edge },
        markerEnd: { type: MarkerType.ArrowClosed, color: colour },
        style: { stroke: colour, strokeWidth: count === undefined ? 1.4 : 2.2 },
      };
    });
}

function aboutOf({ type, agent_id, config }: Node, names: ReadonlyMap<string, string>): string {
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  switch (type) {
    case "agent":
      return names.get(agent_id ?? "") ?? agent_id ?? "";
    case "tool":
      return text(config.tool) || "no tool chosen";
    case "workflow":
      return names.get(text(config.workflow_id)) ?? (text(config.workflow_id) || "no workflow chosen");
    case "decision":
      return config.take === "all" ? "every edge that holds" : "first edge that holds";
    case "aggregator":
      return config.wait === "any" ? "the first that comes" : "all that come";
    case "timer":
      return timerWords(config);
    case "human_input":
      return text(config.prompt) || "asks a person";
    case "loop":
      return `at most ${String(config.max_rounds ?? 3)} rounds`;
  }
}

function timerWords({ delay_s, until, cron }: Node["config"]): string {
  if (typeof delay_s === "number") return `${delay_s} s`;
  return typeof until === "string" ? `until ${until}` : typeof cron === "string" ? cron : "no time set";
}

/** How many loops are around a node; 0 as well where what it names as its parent is no loop, or itself. */
function depthOf(node: Node, known: ReadonlyMap<string, Node>): number {
  let depth = 0;
  const trail = new Set([node.id]);
  for (let parent = node.parent; parent !== null; depth++) {
    const around = known.get(parent);
    if (around?.type !== "loop" || trail.has(parent)) return 0;
    trail.add(parent);
    parent = around.parent;
  }
  return depth;
}
