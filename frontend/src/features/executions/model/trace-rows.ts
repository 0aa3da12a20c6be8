/** From steps to the rows that are drawn: tree order, collapsed branches left out, words of a search kept. */
import { withoutMarkdown } from "@/lib/format";

import type { Step, Trace } from "./trace";

export interface TraceRow {
  step: Step;
  depth: number;
  children: number;
  collapsed: boolean;
}

export interface RowOptions {
  collapsed: ReadonlySet<string>;
  search: string;
}

/** The rows of a trace in tree order, children after their parent in the order they began. */
export function traceRows(trace: Trace, { collapsed, search }: RowOptions): TraceRow[] {
  const children = childrenByParent(trace.steps);
  const wanted = search.trim().toLowerCase();
  const rows: TraceRow[] = [];
  const add = (step: Step, depth: number): void => {
    const inside = children.get(step.id) ?? [];
    const closed = collapsed.has(step.id);
    if (!wanted || matches(step, wanted))
      rows.push({ step, depth: wanted ? 0 : depth, children: inside.length, collapsed: closed });
    if (!closed || wanted) for (const child of inside) add(child, depth + 1);
  };
  for (const step of children.get(null) ?? []) add(step, 0);
  return rows;
}

/** The failed steps that have no failed child: where to look, in the order they began. */
export function failedSteps(trace: Trace): Step[] {
  const failed = trace.steps.filter((step) => step.status === "failed");
  const blamed = new Set(failed.map((step) => step.parentId));
  return failed.filter((step) => !blamed.has(step.id));
}

/** The error after the one that is looked at; after the last the first again. Undefined when nothing failed. */
export function nextError(errors: readonly Step[], selected: string | null): Step | undefined {
  const place = errors.findIndex((step) => step.id === selected);
  return errors[(place + 1) % Math.max(1, errors.length)];
}

/** Every step around this one, so that it can be made visible. */
export function ancestors(trace: Trace, step: Step): string[] {
  const path: string[] = [];
  for (let id = step.parentId; id !== null;) {
    path.push(id);
    id = trace.steps[trace.places.get(id) ?? -1]?.parentId ?? null;
  }
  return path;
}

/** What a step says about itself in one line: the call, the beginning of the text, the reason. */
export function stepLine(step: Step): string {
  const { opened, closed } = step;
  if (step.kind === "tool" && opened.type === "tool_start") {
    const result = closed?.type === "tool_end" ? `  ${closed.line}` : "";
    return opened.line.replace(/^▶ [^(]*/, "") + result;
  }
  if (step.kind === "guardrail") return step.text;
  if (opened.type === "interrupt")
    return `${String(opened.value.tool ?? "")} ${JSON.stringify(opened.value.arguments ?? {})}`;
  if (step.kind === "model" && closed?.type === "message" && closed.tool_calls?.length) {
    return `calls ${closed.tool_calls.map((call) => call.name).join(", ")}${step.text ? ` – ${step.text}` : ""}`;
  }
  return step.error ?? (step.kind === "model" ? withoutMarkdown(step.text) : step.text);
}

/** What ran: an agent (which may have handed over), a workflow or a team, whose steps are runs of their own. */
export function runKind({ steps, agentId, executionId }: Trace): "agent" | "workflow" | "team" {
  const asksItself = steps.some(({ kind, name }) => kind === "node" && name === "analyze");
  if (asksItself || !steps.some(({ kind }) => kind === "task")) return "agent";
  // A team is no thing besides its run.
  return agentId === executionId ? "team" : "workflow";
}

function childrenByParent(steps: readonly Step[]): Map<string | null, Step[]> {
  const children = new Map<string | null, Step[]>();
  for (const step of steps) {
    const siblings = children.get(step.parentId);
    if (siblings) siblings.push(step);
    else children.set(step.parentId, [step]);
  }
  return children;
}

function matches(step: Step, wanted: string): boolean {
  return (
    step.name.toLowerCase().includes(wanted) ||
    step.kind.includes(wanted) ||
    stepLine(step).toLowerCase().includes(wanted)
  );
}
