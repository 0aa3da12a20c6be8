import { infiniteQueryOptions } from "@tanstack/react-query";

import { type AuditEntryOut, listAuditEntries } from "@/lib/api";

import { auditKeys } from "./keys";

export interface AuditFilters {
  /** A whole action, `session.opened`, or its noun. */
  action: string | null;
  outcome: AuditEntryOut["outcome"] | null;
  actorId: string | null;
  /** ISO time. */
  from: string | null;
}

/** Who did what, the latest first, page by page. */
export function auditQuery({ action, outcome, actorId, from }: AuditFilters) {
  return infiniteQueryOptions({
    queryKey: auditKeys.entries({ action, outcome, actorId, from }),
    queryFn: async ({ pageParam, signal }) =>
      (
        await listAuditEntries({
          query: { action, outcome, actor_id: actorId, at_from: from, cursor: pageParam, limit: 100 },
          signal,
          throwOnError: true,
        })
      ).data,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
  });
}
