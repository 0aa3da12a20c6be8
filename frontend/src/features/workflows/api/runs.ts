import { infiniteQueryOptions } from "@tanstack/react-query";

import {
  answerTask,
  cancelExecution,
  executeWorkflow,
  listWorkflowExecutions,
  type WorkflowExecutionOut,
} from "@/lib/api";

import { workflowKeys } from "./keys";

const LIVE = new Set(["pending", "running", "waiting"]);

/** Runs of a workflow, newest first. Asked again every 2 s while one of them is going on. */
export function workflowRunsQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: workflowKeys.runs(id),
    queryFn: async ({ pageParam, signal }) => {
      const query = { cursor: pageParam, limit: 50 };
      return (await listWorkflowExecutions({ path: { workflow_id: id }, query, signal, throwOnError: true })).data;
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    refetchInterval: (running) =>
      running.state.data?.pages.some((page) => page.executions.some(({ status }) => LIVE.has(status))) ? 2_000 : 15_000,
  });
}

/** Put a run into the queue. */
export async function startWorkflow(id: string, inputs: Record<string, unknown>): Promise<WorkflowExecutionOut> {
  return (await executeWorkflow({ path: { workflow_id: id }, body: { inputs }, throwOnError: true })).data;
}

/** Give a step that waits for a person its input; `stepRunId` is the run that asks. */
export async function answerStep(executionId: string, stepRunId: string, input: unknown): Promise<void> {
  await answerTask({ path: { execution_id: executionId, task_id: stepRunId }, body: { input }, throwOnError: true });
}

/** Stop a run and every step of it. */
export async function cancelWorkflowRun(executionId: string): Promise<void> {
  await cancelExecution({ path: { execution_id: executionId }, throwOnError: true });
}
