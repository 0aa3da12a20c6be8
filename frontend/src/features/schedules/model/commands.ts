import { queryOptions } from "@tanstack/react-query";

import { listSchedules } from "@/lib/api";
import { commandSource } from "@/lib/feature";

import { scheduleKeys } from "../api/keys";

const RECENT = 30;

const recentQuery = () =>
  queryOptions({
    queryKey: scheduleKeys.recent(RECENT),
    queryFn: async ({ signal }) => (await listSchedules({ query: { limit: RECENT }, signal, throwOnError: true })).data,
  });

/** The latest schedules by their name and question. */
export const scheduleCommands = commandSource(recentQuery, ({ schedules }) =>
  schedules.map(({ id, name, query, paused }) => ({
    id: `schedule-${id}`,
    group: "Schedules",
    label: name,
    words: query,
    hint: paused ? "paused" : "",
    href: `/schedules/${id}`,
  })),
);
