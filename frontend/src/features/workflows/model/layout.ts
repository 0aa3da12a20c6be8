/** Places for all nodes, from left to right along the edges. Loaded with the canvas: the library is not small. */
import { Graph, layout } from "@dagrejs/dagre";

import type { Content, Edge, Node } from "./draft";
import { INSIDE, NODE, type Size, sizesOf } from "./sizes";

type Place = { x: number; y: number };

/** Return the places of all nodes; inside a loop they are relative to it. */
export function layoutOf({ nodes, edges }: Pick<Content, "nodes" | "edges">): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  // Loops within first: how large a loop is depends on where its nodes stand.
  const scope = (parent: string | null, trail: ReadonlySet<string>): void => {
    const own = nodes.filter((node) => node.parent === parent);
    for (const { id, type } of own) if (type === "loop" && !trail.has(id)) scope(id, new Set([...trail, id]));
    const moved = nodes.map((node) => ({ ...node, position: places.get(node.id) ?? node.position }));
    for (const [id, place] of layScope(own, edges, sizesOf(moved), parent === null)) places.set(id, place);
  };
  scope(null, new Set());
  return places;
}

function layScope(
  nodes: readonly Node[],
  edges: readonly Edge[],
  sizes: ReadonlyMap<string, Size>,
  outer: boolean,
): Map<string, Place> {
  const places = new Map<string, Place>();
  if (nodes.length === 0) return places;
  const own = new Set(nodes.map(({ id }) => id));
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 28, ranksep: 60 });
  graph.setDefaultEdgeLabel(() => ({}));
  // dagre puts the first of several branches last, and makes nodes of its own for edges that lead elsewhere.
  for (const { id } of nodes.toReversed()) graph.setNode(id, { ...(sizes.get(id) ?? NODE) });
  for (const { id, source, target } of edges.toReversed()) {
    if (own.has(source) && own.has(target) && source !== target) graph.setEdge(source, target, {}, id);
  }
  layout(graph);
  const origin = outer ? { x: 0, y: 0 } : { x: INSIDE.left, y: INSIDE.top };
  for (const { id } of nodes) {
    const { x, y, width, height } = graph.node(id) as Place & Size;
    places.set(id, { x: Math.round(origin.x + x - width / 2), y: Math.round(origin.y + y - height / 2) });
  }
  return places;
}
