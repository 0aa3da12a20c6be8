import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import {
  changeTrigger as change,
  createTrigger as create,
  listTriggers,
  listWorkflows,
  removeTrigger as remove,
  rotateTriggerSecret,
  type TriggerBody,
  type TriggerChanges,
  type TriggerOut,
  type TriggerSecretOut,
} from "@/lib/api";

const all = ["triggers"] as const;

/** Keys of what this feature asks; names of workflows become stale with them. */
export const triggerKeys = { all, list: [...all, "list"] as const, workflows: ["workflows", "for-triggers"] as const };

/** The caller's triggers, newest first, page by page. */
export function triggersQuery() {
  return infiniteQueryOptions({
    queryKey: triggerKeys.list,
    queryFn: async ({ pageParam, signal }) =>
      (await listTriggers({ query: { cursor: pageParam, limit: 100 }, signal, throwOnError: true })).data,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
  });
}

/** The workflows that a trigger may start. */
export function startableWorkflowsQuery() {
  return queryOptions({
    queryKey: triggerKeys.workflows,
    queryFn: async ({ signal }) =>
      (await listWorkflows({ query: { limit: 500 }, signal, throwOnError: true })).data.workflows,
  });
}

/** Make a trigger; only this answer has its secret. */
export async function createTrigger(body: TriggerBody): Promise<TriggerSecretOut> {
  return (await create({ body, throwOnError: true })).data;
}

/** Change the given fields. */
export async function changeTrigger(id: string, body: TriggerChanges): Promise<TriggerOut> {
  return (await change({ path: { trigger_id: id }, body, throwOnError: true })).data;
}

/** Make another secret; messages signed with the old one are refused from now on. */
export async function rotateSecret(id: string): Promise<TriggerSecretOut> {
  return (await rotateTriggerSecret({ path: { trigger_id: id }, throwOnError: true })).data;
}

/** Remove a trigger; what it has started stays. */
export async function removeTrigger(id: string): Promise<void> {
  await remove({ path: { trigger_id: id }, throwOnError: true });
}
