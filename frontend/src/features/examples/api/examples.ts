import { queryOptions } from "@tanstack/react-query";

import {
  executeWorkflow,
  importExample as call,
  type ImportedExampleOut,
  listExamples,
  startExecution,
  startTeam,
} from "@/lib/api";

/** What can be imported. */
export function examplesQuery() {
  return queryOptions({
    queryKey: ["examples"],
    queryFn: async ({ signal }) => (await listExamples({ signal, throwOnError: true })).data.examples,
    staleTime: Infinity,
  });
}

/** Make the parts of an example the caller's own; `model` null is the server's default. */
export async function importExample(id: string, model: string | null): Promise<ImportedExampleOut> {
  return (await call({ path: { example_id: id }, body: { model }, throwOnError: true })).data;
}

/** Start what the example proposes to try; returns the page of what was started. */
export async function tryExample({ trial }: ImportedExampleOut): Promise<string> {
  const { kind, agent_id, workflow_id, query, inputs, mocks } = trial;
  if (kind === "agent" && agent_id !== null) {
    const { data } = await startExecution({ body: { agent_id, query, mode: "async" }, throwOnError: true });
    return `/runs/${data.id}`;
  }
  if (kind === "workflow" && workflow_id !== null) {
    const path = { workflow_id };
    const { data } = await executeWorkflow({ path, body: { inputs, mocks }, throwOnError: true });
    return `/workflows/${workflow_id}?run=${data.execution_id}`;
  }
  const { data } = await startTeam({ body: { user_requirements: query }, throwOnError: true });
  return `/teams/${data.workflow_id}`;
}
