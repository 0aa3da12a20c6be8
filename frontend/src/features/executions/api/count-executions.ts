import { queryOptions } from "@tanstack/react-query";

import { type RunStatus, listExecutions } from "@/lib/api";

import { executionKeys } from "./keys";

const REFRESH_MS = 10_000;

/** How many executions have this status, in all or since a moment (ISO). */
export function executionCountQuery(status: RunStatus, from: string | null = null) {
  return queryOptions({
    queryKey: executionKeys.count(status, from),
    queryFn: async ({ signal }) =>
      (await listExecutions({ query: { status: [status], created_from: from, limit: 1 }, signal, throwOnError: true }))
        .data.total,
    refetchInterval: REFRESH_MS,
  });
}
