import { type AgentChanges, type AgentOut, updateAgent as call } from "@/lib/api";

/** Change the given fields of a version; rejects with 412 when somebody else has changed the agent meanwhile. */
export async function updateAgent(agentId: string, version: number, changes: AgentChanges): Promise<AgentOut> {
  const headers = { "If-Match": `"${version}"` };
  return (await call({ path: { agent_id: agentId }, body: changes, headers, throwOnError: true })).data;
}
