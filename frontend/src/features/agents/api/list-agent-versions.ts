import { queryOptions } from "@tanstack/react-query";

import { listAgentVersions } from "@/lib/api";

/** The versions of an agent's configuration, newest first. */
export function agentVersionsQuery(agentId: string) {
  return queryOptions({
    queryKey: ["agents", "versions", agentId],
    queryFn: async ({ signal }) =>
      (await listAgentVersions({ path: { agent_id: agentId }, signal, throwOnError: true })).data,
  });
}
