/** What a guardrail's verdict means, in words. Pure. */
import type { EventOf } from "./trace-event";

type Verdict = EventOf<"guardrail">;

const stages: Record<string, string> = { input: "the input", output: "the answer", tool_call: "a call" };
const deeds: Record<string, string> = { block: "blocked", redact: "redacted", warn: "warned", ask: "asks a person" };

/** What was looked at and what came of it, in one line: `the answer: redacted, an e-mail address`. */
export function verdictLine({ passed, action, stage, tool, reason }: Verdict): string {
  const what = stage === "tool_call" && tool ? `a call of ${tool}` : (stages[stage] ?? stage);
  const came = passed ? "passed" : (deeds[action] ?? action);
  return `${what}: ${came}${reason ? `, ${reason}` : ""}`;
}
