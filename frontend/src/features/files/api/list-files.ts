import { infiniteQueryOptions } from "@tanstack/react-query";

import { listFiles } from "@/lib/api";

import { fileKeys } from "./keys";

/** The caller's files, newest first, page by page; with words only those whose names have them. */
export function filesQuery(search: string) {
  return infiniteQueryOptions({
    queryKey: fileKeys.list(search),
    queryFn: async ({ pageParam, signal }) =>
      (
        await listFiles({
          query: { search: search || null, cursor: pageParam, limit: 100 },
          signal,
          throwOnError: true,
        })
      ).data,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
  });
}
