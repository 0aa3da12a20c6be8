import { queryOptions } from "@tanstack/react-query";

import { getSchedule } from "@/lib/api";

import { scheduleKeys } from "./keys";

/** One schedule with its next five times. */
export function scheduleQuery(id: string) {
  return queryOptions({
    queryKey: scheduleKeys.one(id),
    queryFn: async ({ signal }) => (await getSchedule({ path: { schedule_id: id }, signal, throwOnError: true })).data,
    refetchInterval: 15_000,
  });
}
