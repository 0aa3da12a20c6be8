import { MutationCache, QueryClient } from "@tanstack/react-query";

import { toProblem } from "./problem";
import { queryKeys } from "./query-keys";

/** Server data: fresh for ten seconds, asked again when the window is looked at, never retried after a refusal. */
export function createQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    mutationCache: new MutationCache({
      // What was offered and is refused tells that the role has changed meanwhile.
      onError: (error) => {
        if (toProblem(error).status === 403) void client.invalidateQueries({ queryKey: queryKeys.profile });
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (failures, error) => {
          const { status } = toProblem(error);
          return failures < 2 && (status === 0 || status >= 500);
        },
      },
      mutations: { retry: false },
    },
  });
  return client;
}
