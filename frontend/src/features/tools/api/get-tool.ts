import { queryOptions } from "@tanstack/react-query";

import { getTool } from "@/lib/api";

/** One tool; a registered one with its source and policy. */
export function toolQuery(name: string) {
  return queryOptions({
    queryKey: ["tools", name],
    queryFn: async ({ signal }) => (await getTool({ path: { name }, signal, throwOnError: true })).data,
  });
}
