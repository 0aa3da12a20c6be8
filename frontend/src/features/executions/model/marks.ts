/** What a run's marks mean, in the words of the page. */

interface Look {
  label: string;
  meaning: string;
  tone: "bad" | "warn" | "plain";
}

const looks: Record<string, Look> = {
  iteration_limit: { label: "Rounds used up", meaning: "It used all rounds of tool calls it may make.", tone: "warn" },
  time_limit: { label: "Time limit", meaning: "It took longer than its time limit.", tone: "bad" },
  size_limit: { label: "Size limit", meaning: "Its models wrote more than is kept of a run.", tone: "bad" },
  tool_errors: { label: "Tool errors", meaning: "Calls of tools failed.", tone: "bad" },
  retried: { label: "Retried", meaning: "A call was made again after an error that may pass.", tone: "warn" },
  fallback_model: { label: "Fallback model", meaning: "Another model stepped in.", tone: "warn" },
  fallback_agent: { label: "Fallback agent", meaning: "The fallback agent took over.", tone: "warn" },
  output_repaired: { label: "Output repaired", meaning: "The answer did not fit its schema at first.", tone: "plain" },
  history_shortened: {
    label: "History shortened",
    meaning: "Parts of the conversation were left out or cut for the model's window.",
    tone: "plain",
  },
  compacted: { label: "Compacted", meaning: "Earlier messages were summarised for the model's window.", tone: "plain" },
  guardrail: { label: "Guardrail", meaning: "A guardrail has found something.", tone: "warn" },
  handed_over: { label: "Handed over", meaning: "Another agent took over and answered.", tone: "plain" },
  recovered: { label: "Recovered", meaning: "Another worker went on after the first had stopped.", tone: "plain" },
};

/** The look of a mark; one that this page does not know shows its name. */
export function markLook(mark: string, failedToolCalls: number): Look {
  const look = looks[mark] ?? { label: mark.replaceAll("_", " "), meaning: mark, tone: "plain" as const };
  if (mark !== "tool_errors" || failedToolCalls < 1) return look;
  const label = `${failedToolCalls} tool ${failedToolCalls === 1 ? "error" : "errors"}`;
  return { ...look, label };
}
