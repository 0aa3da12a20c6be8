import { queryOptions } from "@tanstack/react-query";

import { getHealth, type HealthOut } from "@/lib/api";

import { queryKeys } from "./query-keys";

/** How the installation is. A failing one answers 503 with the same report: that is an answer, too. */
export function healthQuery() {
  return queryOptions({
    queryKey: queryKeys.health,
    queryFn: async ({ signal }): Promise<HealthOut> => {
      const { data, error } = await getHealth({ signal });
      const report = data ?? (isReport(error) ? error : undefined);
      if (!report) throw error instanceof Error ? error : new TypeError("no answer");
      return report;
    },
    // Asked again soon when there was no answer: the notice that says so must not outlive its reason.
    refetchInterval: ({ state }) => (state.status === "error" ? 3_000 : 20_000),
    retry: false,
  });
}

function isReport(value: unknown): value is HealthOut {
  return typeof value === "object" && value !== null && "parts" in value;
}
