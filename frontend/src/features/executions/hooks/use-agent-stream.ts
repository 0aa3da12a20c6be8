"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";

import { agentsQuery } from "@/lib/queries";

import { executionKeys } from "../api/keys";
import { startExecution } from "../api/start-execution";
import { askedTrace, isOver } from "../model/trace";
import type { TraceEvent } from "../model/trace-event";
import { type ExecutionTrace, useExecutionTrace } from "./use-execution-trace";

export interface AgentStream {
  events: readonly TraceEvent[];
  isStreaming: boolean;
  /** Ask; resolves with the execution's id once it is accepted. */
  startStreaming: (query: string, fileIds?: readonly string[]) => Promise<string>;
  executionId: string | null;
  /** Its trace; from the question on, before the server has answered, so that the page is drawn when the first event comes. */
  execution: ExecutionTrace;
  /** Another number for every run that is shown; none while there is nothing to show. */
  run: number | null;
  /** Why the question was not accepted. */
  refusal: Error | null;
  /** Watch another run instead (null: none); the one on screen goes on by itself. */
  watch: (executionId: string | null) => void;
}

/**
 * Ask an agent and watch the run. The question starts an execution (once: a reconnect never asks again), whose trace is
 * then followed by id, with exponential backoff and `Last-Event-ID`. `initial` takes up a run that was started before.
 */
export function useAgentStream(agentId: string | null, initial: string | null = null): AgentStream {
  const [executionId, setExecutionId] = useState(initial);
  const [asked, setAsked] = useState<string | null>(null);
  const [run, setRun] = useState(0);
  const queryClient = useQueryClient();
  const execution = useExecutionTrace(executionId);
  const { mutateAsync, isPending, error } = useMutation({
    mutationFn: ({ query, fileIds }: { query: string; fileIds: readonly string[] }) => {
      if (agentId === null) throw new Error("Choose an agent first");
      const answer = startExecution(agentId, query, fileIds);
      // Only when the request is on its way: drawing the page takes longer than sending it.
      const drawing = setTimeout(() => {
        setAsked(query);
        setRun((before) => before + 1);
      });
      answer.catch(() => clearTimeout(drawing));
      return answer;
    },
    onError: () => setAsked(null),
    onSuccess: ({ id }) => {
      setExecutionId(id);
      void queryClient.invalidateQueries({ queryKey: executionKeys.all });
    },
  });
  const startStreaming = useCallback(
    async (query: string, fileIds: readonly string[] = []) => (await mutateAsync({ query, fileIds })).id,
    [mutateAsync],
  );
  const coming = useMemo(() => {
    if (asked === null || agentId === null) return null;
    const agentName =
      queryClient.getQueryData(agentsQuery().queryKey)?.agents.find(({ id }) => id === agentId)?.name ?? "";
    return {
      trace: askedTrace({ agentId, agentName, query: asked }),
      stream: { phase: "connecting" },
      reconnect: () => undefined,
    } satisfies ExecutionTrace;
  }, [asked, agentId, queryClient]);
  const begins = coming !== null && (isPending || execution.trace.executionId !== executionId);
  const watch = useCallback((id: string | null) => {
    setAsked(null);
    setRun((before) => before + 1);
    setExecutionId(id);
  }, []);
  const following =
    executionId !== null &&
    !isOver(execution.trace) &&
    execution.stream.phase !== "refused" &&
    execution.stream.phase !== "ended";
  return {
    events: execution.trace.events,
    isStreaming: isPending || following,
    startStreaming,
    executionId,
    execution: begins ? coming : execution,
    run: executionId === null && !begins ? null : run,
    refusal: error,
    watch,
  };
}
