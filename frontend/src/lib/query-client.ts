import { QueryClient } from "@tanstack/react-query";

import { toProblem } from "./problem";

/** Server data: fresh for ten seconds, asked again when the window is looked at, never retried after a refusal. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
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
}
