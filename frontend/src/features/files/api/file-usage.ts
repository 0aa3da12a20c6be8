import { queryOptions } from "@tanstack/react-query";

import { getFileUsage } from "@/lib/api";

import { fileKeys } from "./keys";

/** How much the caller has stored, and may. */
export function usageQuery() {
  return queryOptions({
    queryKey: fileKeys.usage,
    queryFn: async ({ signal }) => (await getFileUsage({ signal, throwOnError: true })).data,
  });
}
