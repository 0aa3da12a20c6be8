import { type ExecutionSummary, resumeExecution as call } from "@/lib/api";

/** Answer interrupts by their ids; with the last answer the run goes on. */
export async function resumeExecution(
  executionId: string,
  answers: Record<string, unknown>,
): Promise<ExecutionSummary> {
  return (await call({ path: { execution_id: executionId }, body: { answers }, throwOnError: true })).data;
}
