import { type AgentOut, cloneAgent as call } from "@/lib/api";

/** Make a new agent with the same configuration. */
export async function cloneAgent(agentId: string): Promise<AgentOut> {
  return (await call({ path: { agent_id: agentId }, throwOnError: true })).data;
}
