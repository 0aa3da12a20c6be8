import { type QueryClient, queryOptions } from "@tanstack/react-query";

import { getModelCall, listModelCalls } from "@/lib/api";

import { executionKeys } from "./keys";

const PAGE = 500;

/**
 * What the model call of this key was really sent; null when it is not kept. A list that the run's calls share says
 * which number it has.
 */
export function modelCallQuery(executionId: string, callKey: string, settled: boolean) {
  return queryOptions({
    queryKey: executionKeys.modelCall(executionId, callKey, settled),
    queryFn: async ({ signal, client }) => {
      const number = await numberOf(client, executionId, callKey);
      if (number === undefined) return null;
      const path = { execution_id: executionId, number };
      return (await getModelCall({ path, signal, throwOnError: true })).data;
    },
  });
}

/** The call's number; the list is asked for anew when it is from before the call. */
async function numberOf(client: QueryClient, executionId: string, callKey: string): Promise<number | undefined> {
  const known = await client.ensureQueryData(numbersQuery(executionId));
  return known.get(callKey) ?? (await client.fetchQuery({ ...numbersQuery(executionId), staleTime: 0 })).get(callKey);
}

/** The numbers of a run's model calls by their keys. */
function numbersQuery(executionId: string) {
  return queryOptions({
    queryKey: executionKeys.modelCalls(executionId),
    queryFn: async ({ signal }) => {
      const numbers = new Map<string, number>();
      for (let cursor: string | undefined; ;) {
        const query = { limit: PAGE, cursor };
        const path = { execution_id: executionId };
        const { data } = await listModelCalls({ path, query, signal, throwOnError: true });
        for (const call of data.model_calls) numbers.set(call.call_key, call.number);
        if (!data.next_cursor) return numbers;
        cursor = data.next_cursor;
      }
    },
  });
}
