import { queryOptions } from "@tanstack/react-query";

import { getEverybodysUsage, getModelUsage } from "@/lib/api";

import { modelKeys } from "./keys";

/** Calls, failures, tokens and costs of the last days, one's own or everybody's. */
export function usageQuery(days: number, everybody: boolean) {
  const read = everybody ? getEverybodysUsage : getModelUsage;
  return queryOptions({
    queryKey: modelKeys.usage(days, everybody),
    queryFn: async ({ signal }) => (await read({ query: { days }, signal, throwOnError: true })).data.usage,
  });
}
