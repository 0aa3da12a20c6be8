/** What the states of a team's run and of its turns mean for the one who looks. Pure. */
import type { TeamIterationOut, TeamTurnOut } from "@/lib/api";

const over = new Set(["stopped", "completed", "failed", "timed_out"]);

/** Whether nothing more will happen. */
export function isOver(status: string): boolean {
  return over.has(status);
}

/** What an event of the run's trace tells of; empty for what is none. */
export function eventType(data: string): string {
  try {
    const { type } = JSON.parse(data) as { type?: unknown };
    return typeof type === "string" ? type : "";
  } catch {
    return "";
  }
}

export type TurnState = "due" | "running" | "waiting" | "done" | "failed" | "skipped" | "stopped";

/** How a turn stands, from its status: a run's word, `error: <text>` or `skipped: <why>`. */
export function turnState({ status, execution_id }: Pick<TeamTurnOut, "status" | "execution_id">): TurnState {
  if (status.startsWith("error") || status === "failed" || status === "timed_out") return "failed";
  if (status.startsWith("skipped")) return "skipped";
  if (status === "completed") return "done";
  if (status === "cancelled") return "stopped";
  // Without a run of its own it waits for those that it depends on.
  if (execution_id === null) return "due";
  return status === "waiting" ? "waiting" : "running";
}

/** Why a turn came to nothing; empty when it did not. */
export function turnReason(status: string): string {
  return /^(?:error|skipped): ([\s\S]*)$/.exec(status)?.[1] ?? "";
}

/** How many iterations at the end changed nothing: as many as the threshold, and the run ends. */
export function stableFor(iterations: readonly TeamIterationOut[]): number {
  const ended = iterations.filter(({ completed_at }) => completed_at !== null);
  const last = ended.findLastIndex(({ agents_updated }) => agents_updated.length > 0);
  return ended.length - 1 - last;
}

/** Milliseconds from one moment to another, to now while it goes on; null before it began. */
export function tookMs(from: string | null, to: string | null, now: number): number | null {
  return from === null ? null : (to === null ? now : Date.parse(to)) - Date.parse(from);
}
