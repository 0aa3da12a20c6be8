import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { getConversation, listConversations } from "@/lib/api";

import { type ConversationFilters, conversationKeys } from "./keys";

/** Conversations of the caller's agents, the latest first, page by page. */
export function conversationsQuery(filters: ConversationFilters) {
  const { agent, other, search, status } = filters;
  return infiniteQueryOptions({
    queryKey: conversationKeys.list(filters),
    queryFn: async ({ pageParam, signal }) =>
      (
        await listConversations({
          query: { agent, with: other, search: search || null, status, cursor: pageParam, limit: 50 },
          signal,
          throwOnError: true,
        })
      ).data,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
  });
}

/** One conversation, by its UUID. */
export function conversationQuery(id: string) {
  return queryOptions({
    queryKey: conversationKeys.one(id),
    queryFn: async ({ signal }) =>
      (await getConversation({ path: { conversation_id: id }, signal, throwOnError: true })).data,
  });
}
