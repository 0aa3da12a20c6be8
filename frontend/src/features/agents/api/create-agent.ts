import { type AgentBody, type AgentOut, createAgent as call } from "@/lib/api";

/** Make an agent; rejects with a problem document that names the fields. */
export async function createAgent(body: AgentBody): Promise<AgentOut> {
  return (await call({ body, throwOnError: true })).data;
}
