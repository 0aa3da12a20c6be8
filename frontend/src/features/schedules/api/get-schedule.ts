import { queryOptions } from "@tanstack/react-query";

import { getSchedule } from "@/lib/api";

/** One schedule with its next five times. */
export function scheduleQuery(id: string) {
  return queryOptions({
    queryKey: ["schedules", "one", id],
    queryFn: async ({ signal }) => (await getSchedule({ path: { schedule_id: id }, signal, throwOnError: true })).data,
    refetchInterval: 15_000,
  });
}
