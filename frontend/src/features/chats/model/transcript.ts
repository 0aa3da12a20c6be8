/** A chat as a text to keep or to send to somebody. */
import type { ExecutionSummary } from "@/lib/api";

type Turn = Pick<ExecutionSummary, "agent_name" | "query" | "result" | "error" | "status" | "created_at">;

/** The turns, oldest first, as Markdown. */
export function transcript(turns: readonly Turn[]): string {
  const [first] = turns;
  if (!first) return "";
  const parts = turns.map(({ agent_name, query, result, error, status, created_at }) => {
    const answer = result ?? (error ? `*${error.message}*` : `*${status}*`);
    return `**You** (${created_at})\n\n${query}\n\n**${agent_name}**\n\n${answer}\n`;
  });
  return `# Chat with ${first.agent_name}\n\n${parts.join("\n---\n\n")}`;
}
