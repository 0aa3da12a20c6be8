"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { problemText } from "@/lib/problem";
import { toast } from "@/lib/toast";

import { cancelExecution } from "../api/cancel-execution";
import { startExecution } from "../api/start-execution";

/** Cancel and re-run, with words for what goes wrong. */
export function useExecutionActions(onStarted?: (executionId: string) => void) {
  const queryClient = useQueryClient();
  const refresh = () => void queryClient.invalidateQueries({ queryKey: ["executions"] });
  const cancel = useMutation({
    mutationFn: cancelExecution,
    onSuccess: refresh,
    onError: (error) => toast.error(problemText(error)),
  });
  const rerun = useMutation({
    mutationFn: ({ agentId, query }: { agentId: string; query: string }) => startExecution(agentId, query),
    onSuccess: ({ id }) => {
      refresh();
      onStarted?.(id);
    },
    onError: (error) => toast.error(problemText(error)),
  });
  return { cancel, rerun };
}
