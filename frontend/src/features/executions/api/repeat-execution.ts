import { type ExecutionSummary, replayExecution, retryExecution } from "@/lib/api";

/** Start a new execution: `replay` from the beginning with the same version and input, `retry` from where this one failed. */
export async function repeatExecution(executionId: string, kind: "replay" | "retry"): Promise<ExecutionSummary> {
  const repeat = kind === "replay" ? replayExecution : retryExecution;
  return (await repeat({ path: { execution_id: executionId }, throwOnError: true })).data;
}
