import { infiniteQueryOptions } from "@tanstack/react-query";

import { listChats } from "@/lib/api";

/** The caller's conversations with agents, the latest first, page by page. */
export function conversationsQuery(agentId: string | null = null) {
  return infiniteQueryOptions({
    queryKey: ["conversations", "list", agentId],
    queryFn: async ({ pageParam, signal }) =>
      (await listChats({ query: { agent_id: agentId, cursor: pageParam, limit: 50 }, signal, throwOnError: true }))
        .data,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    refetchInterval: 30_000,
  });
}
