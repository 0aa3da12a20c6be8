import { infiniteQueryOptions } from "@tanstack/react-query";

import { type RunStatus, type ExecutionSummary, listExecutions } from "@/lib/api";

import { executionKeys } from "./keys";

export interface ExecutionFilters {
  agentId?: string | null;
  scheduleId?: string | null;
  status?: RunStatus | null;
  /** ISO times; the end is exclusive. */
  from?: string | null;
  to?: string | null;
}

const PAGE = 50;
const LIVE = new Set<RunStatus>(["pending", "running", "waiting"]);

/** Whether an execution may still change. */
export function isLive(execution: Pick<ExecutionSummary, "status">): boolean {
  return LIVE.has(execution.status);
}

/** Executions that match, newest first, page by page. Asked again every 2 s while one of them is running, else every 15 s. */
export function executionsQuery({ agentId, scheduleId, status, from, to }: ExecutionFilters, limit = PAGE) {
  return infiniteQueryOptions({
    queryKey: executionKeys.list({
      agentId: agentId ?? null,
      scheduleId: scheduleId ?? null,
      status: status ?? null,
      from: from ?? null,
      to: to ?? null,
      limit,
    }),
    queryFn: async ({ pageParam, signal }) => {
      const query = {
        agent_id: agentId ?? null,
        schedule_id: scheduleId ?? null,
        status: status ?? null,
        created_from: from ?? null,
        created_to: to ?? null,
        cursor: pageParam,
        limit,
      };
      const { data } = await listExecutions({ query, signal, throwOnError: true });
      return data;
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    refetchInterval: (running) =>
      running.state.data?.pages.some((page) => page.executions.some(isLive)) ? 2_000 : 15_000,
  });
}
