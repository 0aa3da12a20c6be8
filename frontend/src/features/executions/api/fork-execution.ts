import { type ExecutionSummary, type ForkBody, forkExecution as call } from "@/lib/api";

/** Start a new execution that takes over the steps up to an event, with that event edited if wanted. */
export async function forkExecution(executionId: string, body: ForkBody): Promise<ExecutionSummary> {
  return (await call({ path: { execution_id: executionId }, body, throwOnError: true })).data;
}
