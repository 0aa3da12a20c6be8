"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { problemText } from "@/lib/problem";
import { queryKeys } from "@/lib/query-keys";
import { toast } from "@/lib/toast";

import { pause, resume, setTakesPart, stop } from "../api/actions";
import { teamKeys } from "../api/keys";

const onError = (error: unknown) => toast.error(problemText(error));

/** Pause, resume and stop a run, each with its words. */
export function useTeamActions(id: string) {
  const queryClient = useQueryClient();
  const done = (words: string) => async () => {
    await queryClient.invalidateQueries({ queryKey: teamKeys.all });
    toast.success(words);
  };
  return {
    pause: useMutation({
      mutationFn: () => pause(id),
      onError,
      onSuccess: done("Paused: open turns end, no others begin"),
    }),
    resume: useMutation({ mutationFn: () => resume(id), onError, onSuccess: done("The team goes on") }),
    stop: useMutation({ mutationFn: () => stop(id), onError, onSuccess: done("Team stopped") }),
  };
}

/** Let an agent take part, or not. */
export function useTakesPart() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ id, on }: { id: string; name: string; on: boolean }) => setTakesPart(id, on),
    onError,
    onSuccess: async (_, { name, on }) => {
      await queryClient.invalidateQueries({ queryKey: queryKeys.agents });
      toast.success(on ? `${name} takes part` : `${name} no longer takes part`);
    },
  });
}
