import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { previewSchedule } from "@/lib/api";

import { scheduleKeys } from "./keys";

/** When a timetable would fire, before it is stored; rejects with what is wrong with it. */
export function previewQuery(cron: string, timeZone: string) {
  return queryOptions({
    queryKey: scheduleKeys.preview(cron, timeZone),
    queryFn: async ({ signal }) =>
      (await previewSchedule({ query: { cron, time_zone: timeZone }, signal, throwOnError: true })).data.next_times,
    enabled: cron.trim() !== "" && timeZone.trim() !== "",
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
}
