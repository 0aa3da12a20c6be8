import { infiniteQueryOptions } from "@tanstack/react-query";

import { readChat } from "@/lib/api";

import { chatKeys } from "./keys";

/** The turns of a chat, the latest first; further pages are earlier turns. */
export function chatQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: chatKeys.one(id),
    queryFn: async ({ pageParam, signal }) =>
      (
        await readChat({
          path: { conversation_id: id },
          query: { cursor: pageParam, limit: 30 },
          signal,
          throwOnError: true,
        })
      ).data,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
  });
}
