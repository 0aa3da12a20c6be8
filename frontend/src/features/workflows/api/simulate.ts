import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { type MockBody, simulateWorkflow } from "@/lib/api";

import { workflowKeys } from "./keys";

export interface Trial {
  version: number;
  inputs: Record<string, unknown>;
  mocks: Record<string, MockBody>;
}

/** How a run of the stored workflow goes with made-up outputs; the same trial has the same answer. */
export function simulationQuery(id: string, trial: Trial | null) {
  return queryOptions({
    queryKey: workflowKeys.simulation(id, trial),
    queryFn: async ({ signal }) => {
      const { inputs, mocks } = trial ?? { inputs: {}, mocks: {} };
      return (
        await simulateWorkflow({ path: { workflow_id: id }, body: { inputs, mocks }, signal, throwOnError: true })
      ).data;
    },
    enabled: trial !== null,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
    retry: false,
  });
}
