import { queryOptions } from "@tanstack/react-query";

import {
  getWorkflow as get,
  getWorkflowVersion,
  listWorkflowTemplates,
  listWorkflowVersions,
  type WorkflowOut,
} from "@/lib/api";

import { workflowKeys } from "./keys";

/** A workflow as it is stored at this moment. */
export async function getWorkflow(id: string, signal?: AbortSignal): Promise<WorkflowOut> {
  return (await get({ path: { workflow_id: id }, ...(signal ? { signal } : {}), throwOnError: true })).data;
}

/** One workflow as it is now; its `version` is what a change is made against. */
export function workflowQuery(id: string) {
  return queryOptions({
    queryKey: workflowKeys.one(id),
    queryFn: ({ signal }) => getWorkflow(id, signal),
    staleTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}

/** All versions of a workflow, newest first. */
export function workflowVersionsQuery(id: string) {
  return queryOptions({
    queryKey: workflowKeys.versions(id),
    queryFn: async ({ signal }) =>
      (await listWorkflowVersions({ path: { workflow_id: id }, query: { limit: 200 }, signal, throwOnError: true }))
        .data,
  });
}

/** The definition that a run was made from; a version never changes. */
export function workflowVersionQuery(id: string, version: number) {
  return queryOptions({
    queryKey: workflowKeys.version(id, version),
    queryFn: async ({ signal }) =>
      (await getWorkflowVersion({ path: { workflow_id: id, version }, signal, throwOnError: true })).data,
    enabled: id !== "" && version > 0,
    staleTime: Infinity,
  });
}

/** Patterns to begin with. */
export function workflowTemplatesQuery() {
  return queryOptions({
    queryKey: workflowKeys.templates,
    queryFn: async ({ signal }) => (await listWorkflowTemplates({ signal, throwOnError: true })).data,
    staleTime: Infinity,
  });
}
