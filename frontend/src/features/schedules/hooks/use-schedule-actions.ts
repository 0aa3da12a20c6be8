"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";

import type { ScheduleOut } from "@/lib/api";
import { problemText } from "@/lib/problem";
import { queryKeys } from "@/lib/query-keys";
import { toast } from "@/lib/toast";

import { changeSchedule } from "../api/change-schedule";
import { scheduleKeys } from "../api/keys";
import { removeSchedule } from "../api/remove-schedule";
import { runSchedule } from "../api/run-schedule";

/** Pause and go on, run now, remove, each with its words. */
export function useScheduleActions() {
  const queryClient = useQueryClient();
  const router = useRouter();
  const refresh = () => queryClient.invalidateQueries({ queryKey: scheduleKeys.all });
  const onError = (error: unknown) => toast.error(problemText(error));
  const pause = useMutation({
    mutationFn: ({ id, paused }: { id: string; paused: boolean }) => changeSchedule(id, { paused }),
    onError,
    onSuccess: async ({ name, paused }) => {
      await refresh();
      toast.success(`${name} ${paused ? "paused" : "goes on"}`);
    },
  });
  const run = useMutation({
    mutationFn: (schedule: ScheduleOut) => runSchedule(schedule),
    onError,
    onSuccess: ({ id }) => {
      void queryClient.invalidateQueries({ queryKey: queryKeys.executions });
      router.push(`/runs/${id}`);
    },
  });
  const remove = useMutation({
    mutationFn: ({ id }: { id: string; name: string }) => removeSchedule(id),
    onError,
    onSuccess: async (_, { id, name }) => {
      queryClient.removeQueries({ queryKey: scheduleKeys.one(id) });
      await refresh();
      toast.success(`${name} removed`);
    },
  });
  return { pause, run, remove };
}
