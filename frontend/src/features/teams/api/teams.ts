import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { getTeam, getTeamStatus, listTeamIterations, listTeams } from "@/lib/api";

import { teamKeys } from "./keys";

const SLOW_MS = 10_000;

/** Runs of teams, newest first, page by page. */
export function teamsQuery() {
  return infiniteQueryOptions({
    queryKey: teamKeys.list,
    queryFn: async ({ pageParam, signal }) =>
      (await listTeams({ query: { cursor: pageParam, limit: 50 }, signal, throwOnError: true })).data,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    refetchInterval: SLOW_MS,
  });
}

/** One run with its configuration and its global state. */
export function teamQuery(id: string) {
  return queryOptions({
    queryKey: teamKeys.one(id),
    queryFn: async ({ signal }) => (await getTeam({ path: { workflow_id: id }, signal, throwOnError: true })).data,
  });
}

/** How far a run is; asked now and then besides what its stream tells, for what others do to it. */
export function teamStatusQuery(id: string) {
  return queryOptions({
    queryKey: teamKeys.status(id),
    queryFn: async ({ signal }) =>
      (await getTeamStatus({ path: { workflow_id: id }, signal, throwOnError: true })).data,
    refetchInterval: SLOW_MS,
  });
}

/** Every iteration of a run, oldest first, with each agent's turn. */
export function iterationsQuery(id: string) {
  return queryOptions({
    queryKey: teamKeys.iterations(id),
    queryFn: async ({ signal }) =>
      (await listTeamIterations({ path: { workflow_id: id }, signal, throwOnError: true })).data.iterations,
  });
}
