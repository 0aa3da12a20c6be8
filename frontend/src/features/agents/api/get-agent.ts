import { queryOptions } from "@tanstack/react-query";

import { getAgent } from "@/lib/api";

/** One agent as it is now; its `version` is what a change is made against. */
export function agentQuery(agentId: string) {
  return queryOptions({
    queryKey: ["agents", "one", agentId],
    queryFn: async ({ signal }) => (await getAgent({ path: { agent_id: agentId }, signal, throwOnError: true })).data,
    staleTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}
