import { queryOptions } from "@tanstack/react-query";

import { listAgentVersions } from "@/lib/api";

import { agentKeys } from "./keys";

/** The versions of an agent's configuration, newest first. */
export function agentVersionsQuery(agentId: string) {
  return queryOptions({
    queryKey: agentKeys.versions(agentId),
    queryFn: async ({ signal }) =>
      (await listAgentVersions({ path: { agent_id: agentId }, signal, throwOnError: true })).data,
  });
}
