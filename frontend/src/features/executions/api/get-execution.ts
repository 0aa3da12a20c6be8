import { queryOptions } from "@tanstack/react-query";

import { getExecution } from "@/lib/api";

import { executionKeys } from "./keys";

/** An execution as it is stored: what its trace does not tell, such as where it comes from. */
export function executionQuery(id: string, owner: string | null = null) {
  return queryOptions({
    queryKey: executionKeys.one(id),
    queryFn: async ({ signal }) =>
      (await getExecution({ path: { execution_id: id }, query: { owner }, signal, throwOnError: true })).data,
  });
}

/** The same once it has ended: its marks are stored with the end, and what was read before knows nothing of them. */
export function endedExecutionQuery(id: string) {
  return queryOptions({
    queryKey: executionKeys.ended(id),
    queryFn: async ({ signal }) =>
      (await getExecution({ path: { execution_id: id }, signal, throwOnError: true })).data,
  });
}
