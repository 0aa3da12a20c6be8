/** What the screen objects to in a source. */
import type { Problem } from "@/lib/problem";

export interface Finding {
  rule: string;
  /** 1-based. */
  line: number;
  /** 0-based. */
  column: number;
  message: string;
}

/** The findings that a refusal carries; none for other problems. */
export function findingsOf(problem: Problem | null): Finding[] {
  const found = problem?.extra.findings;
  if (!Array.isArray(found)) return [];
  return found.flatMap((item: unknown) => {
    if (typeof item !== "object" || item === null) return [];
    const { rule, line, column, message } = item as Record<string, unknown>;
    if (typeof message !== "string") return [];
    return [{ rule: String(rule ?? ""), line: Number(line) || 1, column: Number(column) || 0, message }];
  });
}
