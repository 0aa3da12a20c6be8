import { queryOptions } from "@tanstack/react-query";

import {
  addGuardrail as add,
  changeGuardrail as change,
  type GuardrailBody,
  type GuardrailChanges,
  type GuardrailOut,
  listGuardrails,
  removeGuardrail as remove,
} from "@/lib/api";

import { agentKeys } from "./keys";

/** An agent's guardrails, newest first; it may have fifty. */
export function guardrailsQuery(agentId: string) {
  return queryOptions({
    queryKey: agentKeys.guardrails(agentId),
    queryFn: async ({ signal }) =>
      (await listGuardrails({ path: { agent_id: agentId }, query: { limit: 100 }, signal, throwOnError: true })).data
        .guardrails,
  });
}

/** Give an agent a guardrail; it counts for runs that begin afterwards. */
export async function addGuardrail(agentId: string, body: GuardrailBody): Promise<GuardrailOut> {
  return (await add({ path: { agent_id: agentId }, body, throwOnError: true })).data;
}

/** Change the given fields. */
export async function changeGuardrail({ agent_id, id }: GuardrailOut, body: GuardrailChanges): Promise<GuardrailOut> {
  return (await change({ path: { agent_id, guardrail_id: id }, body, throwOnError: true })).data;
}

/** Take a guardrail away. */
export async function removeGuardrail({ agent_id, id }: GuardrailOut): Promise<void> {
  await remove({ path: { agent_id, guardrail_id: id }, throwOnError: true });
}
