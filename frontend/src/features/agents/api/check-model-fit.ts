import { queryOptions } from "@tanstack/react-query";

import { checkModelFit } from "@/lib/api";

import { agentKeys } from "./keys";

/** What a model cannot do of what an agent with tools wants of it; nothing for models that nobody knows. */
export function modelFitQuery(model: string | null | undefined, tools: boolean) {
  return queryOptions({
    queryKey: agentKeys.modelFit(model, tools),
    queryFn: async ({ signal }) =>
      (await checkModelFit({ query: { model: model ?? "", ...(tools ? { tools } : {}) }, signal, throwOnError: true }))
        .data.warnings,
    enabled: Boolean(model),
    staleTime: 30_000,
  });
}
