import { queryOptions } from "@tanstack/react-query";

import { getModelCall, listModelCalls, type ModelCallOut } from "@/lib/api";

import { executionKeys } from "./keys";

const PAGE = 500;

/**
 * What the model call of this key was really sent; null when it is not kept. The list is asked for first: it says which
 * number the call has.
 */
export function modelCallQuery(executionId: string, callKey: string, settled: boolean) {
  return queryOptions({
    queryKey: executionKeys.modelCall(executionId, callKey, settled),
    queryFn: async ({ signal }) => {
      const number = await numberOf(executionId, callKey, signal);
      if (number === null) return null;
      const path = { execution_id: executionId, number };
      return (await getModelCall({ path, signal, throwOnError: true })).data;
    },
  });
}

async function numberOf(executionId: string, callKey: string, signal: AbortSignal): Promise<number | null> {
  for (let skip = 0; ; skip += PAGE) {
    const query = { skip, limit: PAGE };
    const { data } = await listModelCalls({ path: { execution_id: executionId }, query, signal, throwOnError: true });
    const found = data.model_calls.find((call: ModelCallOut) => call.call_key === callKey);
    if (found) return found.number;
    if (skip + PAGE >= data.total) return null;
  }
}
