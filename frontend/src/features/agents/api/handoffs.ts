import { queryOptions } from "@tanstack/react-query";

import {
  addHandoff as add,
  changeHandoff as change,
  type HandoffBody,
  type HandoffChanges,
  type HandoffOut,
  listHandoffs,
  removeHandoff as remove,
} from "@/lib/api";

import { agentKeys } from "./keys";

/** To whom an agent may hand over, in the order in which conditions are asked: the first one made is the first. */
export function handoffsQuery(agentId: string) {
  return queryOptions({
    queryKey: agentKeys.handoffs(agentId),
    queryFn: async ({ signal }) =>
      (
        await listHandoffs({ path: { agent_id: agentId }, query: { limit: 100 }, signal, throwOnError: true })
      ).data.handoffs.toReversed(),
  });
}

/** Let an agent hand over to another; it counts for runs that begin afterwards. */
export async function addHandoff(agentId: string, body: HandoffBody): Promise<HandoffOut> {
  return (await add({ path: { agent_id: agentId }, body, throwOnError: true })).data;
}

/** Change the given fields. */
export async function changeHandoff({ agent_id, id }: HandoffOut, body: HandoffChanges): Promise<HandoffOut> {
  return (await change({ path: { agent_id, handoff_id: id }, body, throwOnError: true })).data;
}

/** Take a handoff away. */
export async function removeHandoff({ agent_id, id }: HandoffOut): Promise<void> {
  await remove({ path: { agent_id, handoff_id: id }, throwOnError: true });
}
