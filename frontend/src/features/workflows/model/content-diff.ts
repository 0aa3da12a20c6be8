/** Two contents side by side, as the lines of their JSON that differ, with a little around them. */
import { type DiffLine, diffLines } from "@/lib/text-diff";

import type { Content } from "./draft";

const AROUND = 2;

/** The lines that differ; nothing when both say the same. */
export function contentDiff(before: Content, after: Content): DiffLine[] {
  const lines = diffLines(asText(before), asText(after));
  const near = new Set<number>();
  lines.forEach(({ kind }, place) => {
    if (kind === "same") return;
    for (let other = place - AROUND; other <= place + AROUND; other++) near.add(other);
  });
  return lines.flatMap((line, place) => {
    if (near.has(place)) return [line];
    // One line stands for a stretch in which nothing differs.
    return near.has(place - 1) ? [{ kind: "same" as const, text: "…" }] : [];
  });
}

/** Places on the canvas are no difference that anybody looks for. */
function asText(content: Content): string {
  const nodes = content.nodes.map(({ position: _position, ...node }) => node);
  return JSON.stringify({ ...content, nodes }, null, 1);
}
