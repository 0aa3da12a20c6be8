import { infiniteQueryOptions } from "@tanstack/react-query";

import { listMessages } from "@/lib/api";

import { conversationKeys, type MessageFilters } from "./keys";

/** Messages of a conversation, the latest first; further pages are earlier ones. */
export function messagesQuery(id: string, filters: MessageFilters) {
  const { search, from, iteration } = filters;
  return infiniteQueryOptions({
    queryKey: conversationKeys.messages(id, filters),
    queryFn: async ({ pageParam, signal }) =>
      (
        await listMessages({
          path: { conversation_id: id },
          query: { search: search || null, from_agent: from, iteration, cursor: pageParam, limit: 50 },
          signal,
          throwOnError: true,
        })
      ).data,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
  });
}
