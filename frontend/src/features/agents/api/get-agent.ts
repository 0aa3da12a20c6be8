import { queryOptions } from "@tanstack/react-query";

import { getAgent } from "@/lib/api";

import { agentKeys } from "./keys";

/** One agent as it is now; its `version` is what a change is made against. */
export function agentQuery(agentId: string) {
  return queryOptions({
    queryKey: agentKeys.one(agentId),
    queryFn: async ({ signal }) => (await getAgent({ path: { agent_id: agentId }, signal, throwOnError: true })).data,
    staleTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}
