import { type ExecutionOut, startExecution as call } from "@/lib/api";

/** Start a run and return at once; the trace is followed elsewhere. */
export async function startExecution(
  agentId: string,
  query: string,
  fileIds: readonly string[] = [],
): Promise<ExecutionOut> {
  const { data } = await call({
    body: { agent_id: agentId, query, mode: "async", file_ids: [...fileIds] },
    throwOnError: true,
  });
  return data;
}
