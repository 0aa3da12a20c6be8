import { infiniteQueryOptions } from "@tanstack/react-query";

import {
  answerTask,
  cancelExecution,
  continueExecution,
  executeWorkflow,
  listWorkflowExecutions,
  type MockBody,
  pauseExecution,
  retryExecution,
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

/** Start a real run of which some steps are made up, and that pauses before its breakpoints. */
export async function testWorkflow(
  id: string,
  body: { inputs: Record<string, unknown>; mocks: Record<string, MockBody>; breakpoints: string[] },
): Promise<WorkflowExecutionOut> {
  return (await executeWorkflow({ path: { workflow_id: id }, body, throwOnError: true })).data;
}

/** Begin no further step; those that are at work go on to their end. */
export async function pauseWorkflowRun(executionId: string): Promise<void> {
  await pauseExecution({ path: { execution_id: executionId }, throwOnError: true });
}

/** Go on where a paused run rests. */
export async function continueWorkflowRun(executionId: string): Promise<void> {
  await continueExecution({ path: { execution_id: executionId }, throwOnError: true });
}

/** Go on from the step that failed in a new run; what was done is taken over. Returns the new run's id. */
export async function retryWorkflowRun(executionId: string): Promise<string> {
  return (await retryExecution({ path: { execution_id: executionId }, throwOnError: true })).data.id;
}
