"use client";

import { type InfiniteData, useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";

import { cancelExecution, type ExecutionList, type ExecutionSummary } from "@/lib/api";
import { problemText } from "@/lib/problem";
import { toast } from "@/lib/toast";

import { continueChat } from "../api/continue-chat";
import { chatKeys } from "../api/keys";
import { chatQuery } from "../api/read-chat";

const LIVE = new Set(["pending", "running", "waiting"]);

/** The turns of a chat, oldest first, and asking the next one: it stands there as soon as it is accepted. */
export function useChat(id: string) {
  const queryClient = useQueryClient();
  const query = chatQuery(id);
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(query);
  const turns = (data?.pages.flatMap((page) => page.executions) ?? []).toReversed();
  const last = turns.at(-1);
  const refresh = () => void queryClient.invalidateQueries({ queryKey: chatKeys.all });
  const ask = useMutation({
    mutationFn: ({ agentId, question, fileIds }: { agentId: string; question: string; fileIds: readonly string[] }) =>
      continueChat(id, agentId, question, fileIds),
    onSuccess: (execution) => {
      queryClient.setQueryData<InfiniteData<ExecutionList, string | null>>(query.queryKey, (before) =>
        withTurn(before, execution),
      );
      void queryClient.invalidateQueries({ queryKey: chatKeys.lists });
    },
  });
  const stop = useMutation({
    mutationFn: (executionId: string) => cancelExecution({ path: { execution_id: executionId }, throwOnError: true }),
    onError: (failure) => toast.error(problemText(failure)),
  });
  const live = last !== undefined && LIVE.has(last.status) ? last : null;
  return {
    turns,
    last,
    live,
    error,
    isPending,
    ask,
    stop,
    refresh,
    earlier: hasNextPage ? { isFetching: isFetchingNextPage, load: () => void fetchNextPage() } : null,
  };
}

function withTurn(
  before: InfiniteData<ExecutionList, string | null> | undefined,
  execution: ExecutionSummary,
): InfiniteData<ExecutionList, string | null> | undefined {
  const [first, ...rest] = before?.pages ?? [];
  if (!before || !first || first.executions.some(({ id }) => id === execution.id)) return before;
  return {
    ...before,
    pages: [{ ...first, executions: [execution, ...first.executions], total: first.total + 1 }, ...rest],
  };
}
