import { cancelExecution as call, type ExecutionSummary } from "@/lib/api";

/** Stop a run; its last event says so within a second. */
export async function cancelExecution(executionId: string): Promise<ExecutionSummary> {
  const { data } = await call({ path: { execution_id: executionId }, throwOnError: true });
  return data;
}
