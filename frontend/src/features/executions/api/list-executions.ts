import { infiniteQueryOptions } from "@tanstack/react-query";

import { type RunStatus, type ExecutionSummary, listExecutions } from "@/lib/api";

import { executionKeys } from "./keys";

export const origins = ["api", "chat", "schedule", "replay", "retry", "fork"] as const;
export const sorts = ["created", "status", "cost", "duration"] as const;
type Origin = (typeof origins)[number];

export interface ExecutionFilters {
  agentId?: string | null;
  scheduleId?: string | null;
  status?: RunStatus | null;
  /** Words of question or answer. */
  search?: string | null;
  origin?: Origin | null;
  tool?: string | null;
  model?: string | null;
  tag?: string | null;
  feedback?: "up" | "down" | null;
  /** US dollars, milliseconds. */
  costFrom?: number | null;
  durationFrom?: number | null;
  sort?: (typeof sorts)[number] | null;
  order?: "asc" | "desc" | null;
  /** Whose: `all`, a user's id, or the caller's own. */
  owner?: string | null;
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

/** Executions that match, page by page. Asked again every 2 s while one of them is running, else every 15 s. */
export function executionsQuery(filters: ExecutionFilters, limit = PAGE) {
  const wanted = {
    search: filters.search || null,
    agent_id: filters.agentId ?? null,
    schedule_id: filters.scheduleId ?? null,
    status: filters.status ? [filters.status] : null,
    origin: filters.origin ? [filters.origin] : null,
    tool: filters.tool || null,
    model: filters.model || null,
    tag: filters.tag || null,
    feedback: filters.feedback ?? null,
    cost_from: filters.costFrom ?? null,
    duration_from: filters.durationFrom ?? null,
    created_from: filters.from ?? null,
    created_to: filters.to ?? null,
    owner: filters.owner ?? null,
    sort: filters.sort ?? ("created" as const),
    order: filters.order ?? ("desc" as const),
    limit,
  };
  return infiniteQueryOptions({
    queryKey: executionKeys.list(wanted),
    queryFn: async ({ pageParam, signal }) =>
      (await listExecutions({ query: { ...wanted, cursor: pageParam }, signal, throwOnError: true })).data,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    refetchInterval: (running) =>
      running.state.data?.pages.some((page) => page.executions.some(isLive)) ? 2_000 : 15_000,
  });
}
