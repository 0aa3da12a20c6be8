import { deleteAgent as call } from "@/lib/api";

/** Remove an agent with its versions; its executions stay. */
export async function deleteAgent(agentId: string): Promise<void> {
  await call({ path: { agent_id: agentId }, throwOnError: true });
}
