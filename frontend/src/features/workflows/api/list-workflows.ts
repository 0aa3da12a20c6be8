import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { listWorkflows, type WorkflowSummary } from "@/lib/api";

import { workflowKeys } from "./keys";

export interface WorkflowFilters {
  search: string;
  process: WorkflowSummary["process_type"] | null;
}

/** Workflows that match, newest first, page by page. */
export function workflowPagesQuery({ search, process }: WorkflowFilters) {
  return infiniteQueryOptions({
    queryKey: workflowKeys.pages({ search, process }),
    queryFn: async ({ pageParam, signal }) => {
      const query = { search: search || null, process_type: process, cursor: pageParam, limit: 60 };
      return (await listWorkflows({ query, signal, throwOnError: true })).data;
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    placeholderData: (before) => before,
  });
}

/** Up to 200 workflows for pickers and the palette. */
export function workflowNamesQuery() {
  return queryOptions({
    queryKey: workflowKeys.names,
    queryFn: async ({ signal }) => (await listWorkflows({ query: { limit: 200 }, signal, throwOnError: true })).data,
  });
}
