/** What editing does to a workflow's content. Everything here is pure. */
import { type Config, type Content, type Edge, edgeOf, type Node, type NodeKind, type Task, taskOf } from "./draft";
import { kinds } from "./kinds";

type Place = { x: number; y: number };

/** Copied nodes with the edges among them and their tasks. */
export interface Clip {
  nodes: readonly Node[];
  edges: readonly Edge[];
  tasks: readonly Task[];
}

/** How a node that is dragged from the pool is called among dragged things. */
export const NODE_DATA = "application/x-dynagent-node";

export interface NewNode {
  type: NodeKind;
  /** What the id is made from; absent: the kind. */
  name?: string;
  agentId?: string;
  position?: { x: number; y: number };
  parent?: string | null;
}

const GAP = 240;
const PASTE_SHIFT = 40;
/** The place nearest to the corner of a loop, below its title. */
const FRAME = { x: 8, y: 40 };

/** Return the content with one more node, and the node's id. */
export function addNode(
  content: Content,
  { type, name, agentId, position, parent = null }: NewNode,
): [Content, string] {
  const id = freeId(name ?? type, ids(content));
  const node: Node = {
    id,
    type,
    alias: null,
    parent,
    position: position ?? nextPlace(content, parent),
    ...(agentId === undefined ? {} : { agent_id: agentId }),
    config: kinds[type].config(),
  };
  return [{ ...content, nodes: [...content.nodes, node] }, id];
}

/** Return the content with a node changed; a new id is followed by edges, tasks and the nodes within. */
export function changeNode(content: Content, id: string, change: Partial<Node>): Content {
  const nodes = content.nodes.map((node) => (node.id === id ? { ...node, ...change } : node));
  return { ...content, nodes };
}

/** Return the content with values of a node's configuration changed. */
export function changeConfig(content: Content, id: string, change: Config): Content {
  const nodes = content.nodes.map((node) =>
    node.id === id ? { ...node, config: { ...node.config, ...change } } : node,
  );
  return { ...content, nodes };
}

/** Return the content with nodes at other places; what is within a loop stays inside its frame. */
export function moveNodes(content: Content, places: ReadonlyMap<string, Place>): Content {
  let moved = false;
  const nodes = content.nodes.map((node) => {
    const place = places.get(node.id);
    if (!place) return node;
    const least = node.parent === null ? { x: -Infinity, y: -Infinity } : FRAME;
    const position = { x: Math.round(Math.max(place.x, least.x)), y: Math.round(Math.max(place.y, least.y)) };
    if (position.x === node.position?.x && position.y === node.position.y) return node;
    moved = true;
    return { ...node, position };
  });
  return moved ? { ...content, nodes } : content;
}

/** Return the content without these nodes and what is within them, without their edges and their tasks. */
export function removeNodes(content: Content, chosen: Iterable<string>): Content {
  const gone = withInner(content.nodes, new Set(chosen));
  const tasks = new Set(content.tasks.filter((task) => gone.has(task.node_id)).map((task) => task.task_id));
  return withoutTasks(
    {
      ...content,
      nodes: content.nodes.filter(({ id }) => !gone.has(id)),
      edges: content.edges.filter(({ source, target }) => !gone.has(source) && !gone.has(target)),
    },
    tasks,
  );
}

/** Return the content with an edge; the same content where there is one already, or from a node to itself. */
export function connect(content: Content, source: string, target: string): Content {
  if (source === target) return content;
  if (content.edges.some((edge) => edge.source === source && edge.target === target)) return content;
  const taken = new Set(content.edges.map(({ id }) => id));
  const edge = edgeOf({ id: freeId(`${source}-${target}`, taken), source, target });
  return { ...content, edges: [...content.edges, edge] };
}

/** Return the content with an edge changed. */
export function changeEdge(content: Content, id: string, change: Partial<Edge>): Content {
  return { ...content, edges: content.edges.map((edge) => (edge.id === id ? { ...edge, ...change } : edge)) };
}

/** Return the content without these edges. */
export function removeEdges(content: Content, chosen: Iterable<string>): Content {
  const gone = new Set(chosen);
  return { ...content, edges: content.edges.filter(({ id }) => !gone.has(id)) };
}

/** Return the content with a task: the one of its id replaced, or a new one at the end. */
export function putTask(content: Content, task: Partial<Task> & Pick<Task, "node_id" | "description">): Content {
  const known = content.tasks.some(({ task_id }) => task_id === task.task_id);
  if (known) {
    const tasks = content.tasks.map((other) => (other.task_id === task.task_id ? { ...other, ...task } : other));
    return { ...content, tasks };
  }
  // The server makes the real ids; until then this one says which task is the context of which.
  const task_id = task.task_id || freeId("task", new Set(content.tasks.map((other) => other.task_id)));
  return { ...content, tasks: [...content.tasks, taskOf({ ...task, task_id })] };
}

/** Return the content with a task one place earlier (-1) or later (1); a context that then comes later is dropped. */
export function moveTask(content: Content, id: string, by: -1 | 1): Content {
  const from = content.tasks.findIndex(({ task_id }) => task_id === id);
  const to = from + by;
  const [one, other] = [content.tasks[from], content.tasks[to]];
  if (!one || !other) return content;
  const tasks = content.tasks.map((task, place) => (place === from ? other : place === to ? one : task));
  const earlier = new Set<string>();
  return {
    ...content,
    tasks: tasks.map((task) => {
      const context_task_ids = task.context_task_ids.filter((context) => earlier.has(context));
      earlier.add(task.task_id);
      return context_task_ids.length === task.context_task_ids.length ? task : { ...task, context_task_ids };
    }),
  };
}

/** Return the content without tasks, which are then no context of others any more. */
export function withoutTasks(content: Content, gone: ReadonlySet<string>): Content {
  if (gone.size === 0) return content;
  const tasks = content.tasks
    .filter(({ task_id }) => !gone.has(task_id))
    .map((task) => ({ ...task, context_task_ids: task.context_task_ids.filter((id) => !gone.has(id)) }));
  return { ...content, tasks };
}

/** What copying takes: the nodes with those within them, the edges among them, their tasks. */
export function clipOf(content: Content, chosen: Iterable<string>): Clip {
  const taken = withInner(content.nodes, new Set(chosen));
  return {
    nodes: content.nodes.filter(({ id }) => taken.has(id)),
    edges: content.edges.filter(({ source, target }) => taken.has(source) && taken.has(target)),
    tasks: content.tasks.filter(({ node_id }) => taken.has(node_id)),
  };
}

/** Return the content with a copy of what was copied, under new ids and names, and the ids of the new nodes. */
export function paste(content: Content, clip: Clip): [Content, string[]] {
  const taken = ids(content);
  const renamed = new Map<string, string>();
  for (const { id } of clip.nodes) {
    const fresh = freeId(id, taken);
    taken.add(fresh);
    renamed.set(id, fresh);
  }
  const fresh = (id: string): string => renamed.get(id) ?? id;
  const exists = new Set(content.nodes.map(({ id }) => id));
  const nodes = clip.nodes.map((node) => {
    const inner = node.parent !== null && renamed.has(node.parent);
    const parent =
      node.parent === null ? null : inner ? fresh(node.parent) : exists.has(node.parent) ? node.parent : null;
    const alias = node.alias === null ? null : freeName(node.alias, taken);
    if (alias !== null) taken.add(alias);
    const shift = inner ? 0 : PASTE_SHIFT;
    const position = node.position && { x: node.position.x + shift, y: node.position.y + shift };
    return { ...node, id: fresh(node.id), alias, parent, position };
  });
  const edgeIds = new Set(content.edges.map(({ id }) => id));
  const edges = clip.edges.map((edge) => {
    const id = freeId(`${fresh(edge.source)}-${fresh(edge.target)}`, edgeIds);
    edgeIds.add(id);
    return { ...edge, id, source: fresh(edge.source), target: fresh(edge.target) };
  });
  const taskIds = new Set(content.tasks.map(({ task_id }) => task_id));
  const newTasks = new Map<string, string>();
  for (const { task_id } of clip.tasks) {
    const id = freeId("task", taskIds);
    taskIds.add(id);
    newTasks.set(task_id, id);
  }
  const tasks = clip.tasks.map((task) => ({
    ...task,
    task_id: newTasks.get(task.task_id) ?? task.task_id,
    node_id: fresh(task.node_id),
    context_task_ids: task.context_task_ids.map((id) => newTasks.get(id) ?? id),
  }));
  const next = {
    ...content,
    nodes: [...content.nodes, ...nodes],
    edges: [...content.edges, ...edges],
    tasks: [...content.tasks, ...tasks],
  };
  return [next, nodes.map(({ id }) => id)];
}

function withInner(nodes: readonly Node[], chosen: Set<string>): Set<string> {
  for (let grown = true; grown;) {
    const inner = nodes.filter(({ id, parent }) => parent !== null && chosen.has(parent) && !chosen.has(id));
    for (const { id } of inner) chosen.add(id);
    grown = inner.length > 0;
  }
  return chosen;
}

/** Ids and names: templates speak of nodes by either, so both must be free. */
function ids({ nodes }: Content): Set<string> {
  return new Set(nodes.flatMap(({ id, alias }) => (alias ? [id, alias] : [id])));
}

/** An id of letters, digits, - and _ that is not taken: `research`, `research-2`, … */
function freeId(name: string, taken: ReadonlySet<string>): string {
  const plain = name.replaceAll(/[^A-Za-z0-9_-]+/g, "-").replaceAll(/^-+|-+$/g, "");
  return freeName(plain.slice(0, 56) || "node", taken, "-");
}

function freeName(name: string, taken: ReadonlySet<string>, between = " "): string {
  if (!taken.has(name)) return name;
  const stem = name.replace(/[- ]\d+$/, "");
  for (let number = 2; ; number++) {
    const tried = `${stem}${between}${number}`;
    if (!taken.has(tried)) return tried;
  }
}

/** Right of everything in the same loop. */
function nextPlace({ nodes }: Content, parent: string | null): { x: number; y: number } {
  const beside = nodes.filter((node) => node.parent === parent);
  if (beside.length === 0) return parent === null ? { x: 0, y: 0 } : { x: 20, y: 48 };
  const last = beside.reduce((most, node) => ((node.position?.x ?? 0) >= (most.position?.x ?? 0) ? node : most));
  return { x: (last.position?.x ?? 0) + GAP, y: last.position?.y ?? 0 };
}
