import { infiniteQueryOptions } from "@tanstack/react-query";

import { type AgentOut, listAgents } from "@/lib/api";

import { agentKeys } from "./keys";

export interface AgentFilters {
  search: string;
  status: AgentOut["status"] | null;
  tool: string | null;
}

/** Agents that match, newest first, page by page. */
export function agentPagesQuery({ search, status, tool }: AgentFilters) {
  return infiniteQueryOptions({
    queryKey: agentKeys.pages({ search, status, tool }),
    queryFn: async ({ pageParam, signal }) => {
      const query = { search: search || null, status, tool, cursor: pageParam, limit: 60 };
      return (await listAgents({ query, signal, throwOnError: true })).data;
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    placeholderData: (before) => before,
  });
}
