import { queryOptions } from "@tanstack/react-query";

import { getConversationStats } from "@/lib/api";

import { conversationKeys } from "./keys";

/** How much the caller's agents talk, in all and from whom to whom. */
export function statsQuery() {
  return queryOptions({
    queryKey: conversationKeys.stats,
    queryFn: async ({ signal }) => (await getConversationStats({ signal, throwOnError: true })).data,
  });
}
