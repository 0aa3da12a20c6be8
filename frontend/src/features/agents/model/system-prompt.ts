/** What the model is told before the question, put together as the server does it (core/agents: `system_prompt`). */
import type { AgentDraft } from "./agent-draft";

/** Instructions first, then role, goal and backstory where given; empty when there is nothing to say. */
export function systemPrompt({
  instructions,
  role,
  goal,
  backstory,
}: Pick<AgentDraft, "instructions" | "role" | "goal" | "backstory">): string {
  const named = [
    ["Role", role],
    ["Goal", goal],
    ["Backstory", backstory],
  ] as const;
  return [instructions, ...named.map(([label, text]) => text && `${label}: ${text}`)].filter(Boolean).join("\n\n");
}
