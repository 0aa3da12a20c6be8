/** What the server found wrong, by the part of the workflow that it is about. */
export interface Finding {
  /** JSON pointer into the workflow. */
  pointer: string;
  detail: string;
}

export interface Marks {
  /** By the node's, the edge's and the task's id. */
  nodes: ReadonlyMap<string, readonly Finding[]>;
  edges: ReadonlyMap<string, readonly Finding[]>;
  tasks: ReadonlyMap<string, readonly Finding[]>;
  /** What is about the whole. */
  whole: readonly Finding[];
  total: number;
}

export const noMarks: Marks = { nodes: new Map(), edges: new Map(), tasks: new Map(), whole: [], total: 0 };

interface Parts {
  nodes: readonly { id: string }[];
  edges: readonly { id?: string | null }[];
  tasks: readonly { task_id?: string }[];
}

/** Findings by what they are about; pointers become those inside the part (`/config/tool`). */
export function marksOf({ nodes, edges, tasks }: Parts, findings: readonly Finding[]): Marks {
  const marks = {
    nodes: new Map<string, Finding[]>(),
    edges: new Map<string, Finding[]>(),
    tasks: new Map<string, Finding[]>(),
  };
  const whole: Finding[] = [];
  const idsOf = {
    nodes: nodes.map(({ id }) => id),
    edges: edges.map(({ id }) => id),
    tasks: tasks.map(({ task_id }) => task_id),
  };
  for (const { pointer, detail } of findings) {
    const [, kind, place, rest = ""] = /^#?(?:\/body)?\/(nodes|edges|tasks)\/(\d+)(\/.*)?$/.exec(pointer) ?? [];
    const id = kind === undefined ? undefined : idsOf[kind as keyof typeof idsOf][Number(place)];
    if (kind === undefined || !id) {
      whole.push({ pointer: pointer.replace(/^#?(\/body(?=\/))?/, ""), detail });
      continue;
    }
    const own = marks[kind as keyof typeof marks];
    own.set(id, [...(own.get(id) ?? []), { pointer: rest, detail }]);
  }
  return { ...marks, whole, total: findings.length };
}

/** The first message at a field of a part; what the body's reader says names the kind in between (`/agent/config/tool`). */
export function markAt(findings: readonly Finding[] | undefined, field: string): string | undefined {
  const ends = `/${field}`;
  return findings?.find(({ pointer }) => pointer.endsWith(ends) || pointer.includes(`${ends}/`))?.detail;
}
