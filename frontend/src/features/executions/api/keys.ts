import { queryKeys } from "@/lib/query-keys";

/** Keys of what this feature asks. */
export const executionKeys = {
  all: queryKeys.executions,
  list: (filters: Readonly<Record<string, unknown>>) => [...queryKeys.executions, filters] as const,
  recent: (limit: number) => [...queryKeys.executions, "recent", limit] as const,
  count: (status: string, from: string | null) => [...queryKeys.executions, "count", status, from] as const,
  annotations: (id: string) => [...queryKeys.executions, "annotations", id] as const,
  one: (id: string) => [...queryKeys.executions, "one", id] as const,
  ended: (id: string) => [...queryKeys.executions, "one", id, "ended"] as const,
  modelCalls: (id: string) => [...queryKeys.executions, "one", id, "model-calls"] as const,
  modelCall: (id: string, callKey: string, settled: boolean) =>
    [...queryKeys.executions, "one", id, "model-call", callKey, settled] as const,
};
