import { type ExecutionOut, startExecution as call } from "@/lib/api";

/** Start a run and return at once; the trace is followed elsewhere. */
export async function startExecution(agentId: string, query: string): Promise<ExecutionOut> {
  const { data } = await call({ body: { agent_id: agentId, query, mode: "async" }, throwOnError: true });
  return data;
}
