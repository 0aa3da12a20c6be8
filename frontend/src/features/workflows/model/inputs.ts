/** Which inputs a workflow speaks of, for the form that starts it. */
import type { Content } from "./draft";

const PATH = /(?:^|[^\w.])inputs\.([A-Za-z_][A-Za-z0-9_]{0,99})(\s*\?\?)?/g;
const SHORT = /(?<!\{)\{([A-Za-z_][A-Za-z0-9_]{0,99})\}(?!\})/g;

export interface InputName {
  name: string;
  /** False where every mention says what stands there without it (`inputs.tone ?? calm`). */
  needed: boolean;
}

/** The names of inputs in templates, mappings and conditions, in the order in which they are mentioned. */
export function inputNames({ nodes, edges, tasks }: Content): InputName[] {
  const needed = new Map<string, boolean>();
  const note = (name: string, must: boolean) => needed.set(name, must || (needed.get(name) ?? false));
  const texts = [
    ...nodes.flatMap(({ config }) => textsIn(config)),
    ...tasks.flatMap(textsIn),
    ...edges.flatMap(textsIn),
  ];
  // What an edge or a step maps under a name comes from elsewhere.
  const mapped = new Set(
    [
      ...edges.map(({ mapping }) => mapping),
      ...nodes.map(({ config }) => config.inputs),
      ...tasks.map((task) => task.config_json.inputs),
    ].flatMap((values) => Object.keys((values as Record<string, string> | undefined) ?? {})),
  );
  for (const text of texts) {
    for (const [, name = "", otherwise] of text.matchAll(PATH))
      if (!mapped.has(name)) note(name, otherwise === undefined);
    for (const [, name = ""] of text.matchAll(SHORT)) if (!mapped.has(name)) note(name, true);
  }
  return [...needed].map(([name, must]) => ({ name, needed: must }));
}

/** What was written in a field as the value that is sent: JSON where it is some, else the text itself. */
export function inputValue(text: string): unknown {
  const trimmed = text.trim();
  if (!/^[[{]/.test(trimmed)) return text;
  try {
    return JSON.parse(trimmed) as unknown;
  } catch {
    return text;
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
