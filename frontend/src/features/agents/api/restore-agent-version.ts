import { type AgentOut, restoreAgentVersion as call } from "@/lib/api";

/** Make an earlier configuration the next version. */
export async function restoreAgentVersion(agentId: string, version: number): Promise<AgentOut> {
  return (await call({ path: { agent_id: agentId, version }, throwOnError: true })).data;
}
