import { queryOptions } from "@tanstack/react-query";

import { listToolVersions } from "@/lib/api";

import { toolKeys } from "./keys";

/** The versions of a registered tool with their sources, newest first. */
export function toolVersionsQuery(name: string) {
  return queryOptions({
    queryKey: toolKeys.versions(name),
    queryFn: async ({ signal }) =>
      (await listToolVersions({ path: { name }, query: { limit: 200 }, signal, throwOnError: true })).data,
  });
}
