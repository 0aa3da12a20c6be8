import { queryOptions } from "@tanstack/react-query";

import { getTool } from "@/lib/api";

import { toolKeys } from "./keys";

/** One tool; a registered one with its source and policy. */
export function toolQuery(name: string) {
  return queryOptions({
    queryKey: toolKeys.one(name),
    queryFn: async ({ signal }) => (await getTool({ path: { name }, signal, throwOnError: true })).data,
  });
}
