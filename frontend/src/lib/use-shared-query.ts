"use client";

import { type QueryKey, useQuery, type UseQueryOptions } from "@tanstack/react-query";

import { useMounted } from "./use-mounted";

export interface SharedQuery<T> {
  data: T | undefined;
  error: Error | null;
  isPending: boolean;
  refetch: () => void;
}

/**
 * A question that the frame around the pages asks, too. Its answer may be here before a page's own HTML is taken over,
 * and would then differ from it: it counts from the moment the page is mounted.
 */
export function useSharedQuery<T, K extends QueryKey>(options: UseQueryOptions<T, Error, T, K>): SharedQuery<T> {
  const { data, error, isPending, refetch } = useQuery(options);
  const mounted = useMounted();
  return {
    data: mounted ? data : undefined,
    error: mounted ? error : null,
    isPending: !mounted || isPending,
    refetch: () => void refetch(),
  };
}
