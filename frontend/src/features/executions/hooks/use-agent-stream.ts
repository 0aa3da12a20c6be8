"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";

import { startExecution } from "../api/start-execution";
import { isOver } from "../model/trace";
import type { TraceEvent } from "../model/trace-event";
import { type ExecutionTrace, useExecutionTrace } from "./use-execution-trace";

export interface AgentStream {
  events: readonly TraceEvent[];
  isStreaming: boolean;
  /** Ask; resolves with the execution's id once it is accepted. */
  startStreaming: (query: string) => Promise<string>;
  executionId: string | null;
  execution: ExecutionTrace;
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
  const queryClient = useQueryClient();
  const execution = useExecutionTrace(executionId);
  const { mutateAsync, isPending, error } = useMutation({
    mutationFn: (query: string) => {
      if (agentId === null) throw new Error("Choose an agent first");
      return startExecution(agentId, query);
    },
    onSuccess: ({ id }) => {
      setExecutionId(id);
      void queryClient.invalidateQueries({ queryKey: ["executions"] });
    },
  });
  const startStreaming = useCallback(async (query: string) => (await mutateAsync(query)).id, [mutateAsync]);
  const following = executionId !== null && !isOver(execution.trace) && execution.stream.phase !== "refused" && execution.stream.phase !== "ended";
  return {
    events: execution.trace.events,
    isStreaming: isPending || following,
    startStreaming,
    executionId,
    execution,
    refusal: error,
    watch: setExecutionId,
  };
}
