/** Lines of two texts side by side: longest common subsequence, good for prompts of some hundred lines. */

export interface DiffLine {
  kind: "same" | "added" | "removed";
  text: string;
}

const MAX_CELLS = 4_000_000;

/** Return the lines of `after` with what was removed from `before` in between. */
export function diffLines(before: string, after: string): DiffLine[] {
  const old = before.split("\n");
  const fresh = after.split("\n");
  if (old.length * fresh.length > MAX_CELLS) {
    return [
      ...old.map((text) => ({ kind: "removed" as const, text })),
      ...fresh.map((text) => ({ kind: "added" as const, text })),
    ];
  }
  const width = fresh.length + 1;
  const common = new Uint32Array((old.length + 1) * width);
  const at = (row: number, column: number) => common[row * width + column] ?? 0;
  for (let row = old.length - 1; row >= 0; row--) {
    for (let column = fresh.length - 1; column >= 0; column--) {
      common[row * width + column] =
        old[row] === fresh[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const lines: DiffLine[] = [];
  let row = 0;
  let column = 0;
  while (row < old.length || column < fresh.length) {
    if (row < old.length && column < fresh.length && old[row] === fresh[column]) {
      lines.push({ kind: "same", text: old[row] ?? "" });
      row++;
      column++;
    } else if (column >= fresh.length || (row < old.length && at(row + 1, column) >= at(row, column + 1))) {
      lines.push({ kind: "removed", text: old[row++] ?? "" });
    } else {
      lines.push({ kind: "added", text: fresh[column++] ?? "" });
    }
  }
  return lines;
}
