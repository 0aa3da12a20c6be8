import { infiniteQueryOptions } from "@tanstack/react-query";

import { listSchedules } from "@/lib/api";

import { scheduleKeys } from "./keys";

/** The caller's schedules, newest first, page by page; asked again every 15 s because they fire by themselves. */
export function schedulesQuery(agentId: string | null = null) {
  return infiniteQueryOptions({
    queryKey: scheduleKeys.list(agentId),
    queryFn: async ({ pageParam, signal }) =>
      (await listSchedules({ query: { agent_id: agentId, cursor: pageParam, limit: 100 }, signal, throwOnError: true }))
        .data,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    refetchInterval: 15_000,
  });
}
