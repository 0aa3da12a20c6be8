/** Two states of a tool side by side. */
import { type DiffLine, diffLines } from "@/lib/text-diff";

import { draftOf, type StoredTool, type ToolDraft } from "./tool-draft";

const labels: Partial<Record<keyof ToolDraft, string>> = {
  description: "Description",
  code: "Source",
  tags: "Tags",
  network: "Network",
  secrets: "Secrets",
  timeout_s: "Time limit (s)",
  repeatable: "Safe to retry",
  reuse: "Reuse of the process",
};

export interface ToolDiff {
  label: string;
  lines: DiffLine[];
}

/** The fields that differ, each as lines. */
export function toolDiff(before: StoredTool, after: StoredTool): ToolDiff[] {
  const [old, fresh] = [draftOf(before), draftOf(after)];
  return (Object.keys(labels) as (keyof ToolDraft)[]).flatMap((field) =>
    old[field] === fresh[field]
      ? []
      : [{ label: labels[field] ?? field, lines: diffLines(asText(old[field]), asText(fresh[field])) }],
  );
}

function asText(value: string | boolean): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return value === "" ? "none" : value.replace(/\n$/, "");
}
