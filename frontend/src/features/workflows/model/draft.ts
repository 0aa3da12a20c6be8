/** A workflow while it is being edited: the API's own body, with every part present. */
import type {
  Condition,
  Edge as ApiEdge,
  ErrorPolicy,
  Task as ApiTask,
  WorkflowBody,
  WorkflowVersionOut,
} from "@/lib/api";

export type ApiNode = NonNullable<WorkflowBody["nodes"]>[number];
export type NodeKind = ApiNode["type"];
export type Process = NonNullable<WorkflowBody["process_type"]>;
export type Config = Record<string, unknown>;
export type { Condition, ErrorPolicy };

/** A node of any kind; `config` holds what its kind is told. */
export interface Node {
  id: string;
  type: NodeKind;
  alias: string | null;
  parent: string | null;
  position: { x: number; y: number } | null;
  /** Of agents only. */
  agent_id?: string;
  config: Config;
}

/** An edge with an id of its own, so that it can be chosen and changed. */
export type Edge = Required<ApiEdge> & { id: string };
export type Task = Required<ApiTask>;

export interface Content {
  name: string;
  description: string;
  process_type: Process;
  manager_llm: string | null;
  run_timeout_s: number | null;
  max_cost_usd: number | null;
  max_parallel: number | null;
  nodes: readonly Node[];
  edges: readonly Edge[];
  tasks: readonly Task[];
}

/** What is sent: the same, as the generated client calls it. */
export type WorkflowDraft = Required<WorkflowBody>;

export const processes: Record<Process, { label: string; words: string }> = {
  sequential: { label: "Sequential", words: "Tasks one after another" },
  hierarchical: { label: "Hierarchical", words: "A manager's model delegates tasks and checks them" },
  graph: { label: "Graph", words: "Nodes along their edges, in parallel where they can" },
};

type Stored = Pick<WorkflowVersionOut, "name" | "description"> & Omit<WorkflowBody, "name" | "description">;

/** The editable content of a stored workflow. */
export function contentOf(stored: Stored): Content {
  return {
    name: stored.name,
    description: stored.description,
    process_type: stored.process_type ?? "sequential",
    manager_llm: stored.manager_llm ?? null,
    run_timeout_s: stored.run_timeout_s ?? null,
    max_cost_usd: stored.max_cost_usd ?? null,
    max_parallel: stored.max_parallel ?? null,
    nodes: (stored.nodes ?? []).map(nodeOf),
    edges: withIds(stored.edges ?? []),
    tasks: (stored.tasks ?? []).map(taskOf),
  };
}

/** The content of a version: its definition with its name. */
export function versionContent({ name, description, definition }: WorkflowVersionOut): Content {
  return contentOf({ ...definition, name, description });
}

/** The body to send. */
export function bodyOf(content: Content): WorkflowDraft {
  return {
    ...content,
    nodes: content.nodes as unknown as ApiNode[],
    edges: [...content.edges],
    tasks: [...content.tasks],
  };
}

/** What people and templates call a node. */
export function nodeName(node: Node): string {
  return node.alias || node.id;
}

/** Whether two contents say the same. */
export function sameContent(one: Content, other: Content): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

function nodeOf({ id, type, alias, parent, position, config, ...rest }: ApiNode): Node {
  const agent = "agent_id" in rest ? { agent_id: rest.agent_id } : {};
  const place = position ? { x: position.x, y: position.y } : null;
  return { id, type, alias: alias ?? null, parent: parent ?? null, position: place, ...agent, config: { ...config } };
}

/** Edges that were stored without an id are told apart by their ends, and by their place where those are the same. */
function withIds(edges: readonly ApiEdge[]): Edge[] {
  const taken = new Set(edges.flatMap(({ id }) => id ?? []));
  return edges.map((edge, place) => {
    let id = edge.id ?? `${edge.source}-${edge.target}`.slice(0, 60);
    if (!edge.id && taken.has(id)) id = `edge-${place}`;
    taken.add(id);
    return edgeOf({ ...edge, id });
  });
}

/** An edge with everything it can be told. */
export function edgeOf(edge: ApiEdge & { id: string }): Edge {
  return { label: "", condition: null, otherwise: false, mapping: {}, ...edge };
}

/** A task with everything it can be told. */
export function taskOf(task: ApiTask): Task {
  return {
    task_id: "",
    expected_output: "",
    context_task_ids: [],
    human_input_required: false,
    config_json: {},
    ...task,
  };
}
