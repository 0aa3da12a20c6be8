"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { problemText } from "@/lib/problem";
import { toast } from "@/lib/toast";

import { cancelExecution } from "../api/cancel-execution";
import { executionKeys } from "../api/keys";
import { repeatExecution } from "../api/repeat-execution";
import { startExecution } from "../api/start-execution";

/** Ask, cancel, run again, retry the failed step, with words for what goes wrong. */
export function useExecutionActions(onStarted?: (executionId: string) => void) {
  const queryClient = useQueryClient();
  const refresh = () => void queryClient.invalidateQueries({ queryKey: executionKeys.all });
  const cancel = useMutation({
    mutationFn: cancelExecution,
    onSuccess: refresh,
    onError: (error) => toast.error(problemText(error)),
  });
  const ask = useMutation({
    mutationFn: ({ agentId, query, fileIds = [] }: { agentId: string; query: string; fileIds?: readonly string[] }) =>
      startExecution(agentId, query, fileIds),
    onSuccess: ({ id }) => {
      refresh();
      onStarted?.(id);
    },
    onError: (error) => toast.error(problemText(error)),
  });
  const repeat = useMutation({
    mutationFn: ({ id, kind }: { id: string; kind: "replay" | "retry" }) => repeatExecution(id, kind),
    onSuccess: ({ id }) => {
      refresh();
      onStarted?.(id);
    },
    onError: (error) => toast.error(problemText(error)),
  });
  return { cancel, ask, repeat };
}
