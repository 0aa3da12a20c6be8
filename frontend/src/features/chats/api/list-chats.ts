import { infiniteQueryOptions } from "@tanstack/react-query";

import { listChats } from "@/lib/api";

import { chatKeys } from "./keys";

/** The caller's chats with agents, the latest first, page by page. */
export function chatsQuery(agentId: string | null = null) {
  return infiniteQueryOptions({
    queryKey: chatKeys.list(agentId),
    queryFn: async ({ pageParam, signal }) =>
      (await listChats({ query: { agent_id: agentId, cursor: pageParam, limit: 50 }, signal, throwOnError: true }))
        .data,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    refetchInterval: 30_000,
  });
}
