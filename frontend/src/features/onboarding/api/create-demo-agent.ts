import { type AgentOut, createAgent } from "@/lib/api";

import { demoAgent } from "../model/demo";

/** Make the demo agent. */
export async function createDemoAgent(): Promise<AgentOut> {
  return (await createAgent({ body: demoAgent, throwOnError: true })).data;
}
