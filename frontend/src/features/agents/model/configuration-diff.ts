/** Two configurations of an agent side by side. */
import { type DiffLine, diffLines } from "@/lib/text-diff";

import { type AgentDraft, type AgentField, changedFields } from "./agent-draft";

export interface FieldDiff {
  field: AgentField;
  lines: DiffLine[];
}

/** The fields that differ, each as lines. */
export function configurationDiff(before: AgentDraft, after: AgentDraft): FieldDiff[] {
  return (Object.keys(changedFields(before, after)) as AgentField[]).map((field) => ({
    field,
    lines: diffLines(asText(before[field]), asText(after[field])),
  }));
}

function asText(value: AgentDraft[AgentField]): string {
  if (value === null || value === "") return "none";
  if (Array.isArray(value))
    return value.length > 0
      ? value.map((item) => (typeof item === "string" ? item : JSON.stringify(item, null, 1))).join("\n")
      : "none";
  if (typeof value === "boolean") return value ? "on" : "off";
  return String(value);
}
