import type { Edge } from "./draft";

/** What an edge says of itself in a few words. */
export function edgeWords({ label, otherwise, condition }: Edge): string {
  if (label) return label;
  if (otherwise) return "otherwise";
  if (condition?.expression) return condition.expression;
  return condition ? `if ${condition.path || "state"} fits` : "";
}
