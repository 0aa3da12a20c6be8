import { queryOptions } from "@tanstack/react-query";

import { listToolVersions } from "@/lib/api";

/** The versions of a registered tool with their sources, newest first. */
export function toolVersionsQuery(name: string) {
  return queryOptions({
    queryKey: ["tools", name, "versions"],
    queryFn: async ({ signal }) =>
      (await listToolVersions({ path: { name }, query: { limit: 200 }, signal, throwOnError: true })).data,
  });
}
