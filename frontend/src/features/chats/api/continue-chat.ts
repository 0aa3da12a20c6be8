import { type ExecutionOut, startExecution } from "@/lib/api";

/** Ask the next question of a chat; the first one under a new id begins it. The answer is followed elsewhere. */
export async function continueChat(
  id: string,
  agentId: string,
  query: string,
  fileIds: readonly string[] = [],
): Promise<ExecutionOut> {
  return (
    await startExecution({
      body: { agent_id: agentId, conversation_id: id, query, mode: "async", file_ids: [...fileIds] },
      throwOnError: true,
    })
  ).data;
}
