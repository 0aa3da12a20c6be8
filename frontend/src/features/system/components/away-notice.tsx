"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Unplug } from "lucide-react";
import { useEffect, useRef } from "react";

import { Button } from "@/components/ui/button";
import { healthQuery } from "@/lib/health";

/** Above every page while the server does not answer; when it is back, all that the page shows is asked anew. */
export function AwayNotice() {
  const queryClient = useQueryClient();
  const { isError, refetch, isFetching } = useQuery(healthQuery());
  const away = useRef(false);
  useEffect(() => {
    if (away.current && !isError)
      void queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "health" });
    away.current = isError;
  }, [isError, queryClient]);
  if (!isError) return null;
  return (
    <div
      role="status"
      data-testid="away-notice"
      className="flex min-h-9 shrink-0 flex-wrap items-center gap-2 border-b border-bad/40 bg-bad-soft px-4 py-1 text-sm text-bad-ink md:px-5"
    >
      <Unplug aria-hidden className="size-4" />
      <span className="flex-1">
        The server does not answer. What you see may be old; runs go on as soon as it is back.
      </span>
      <Button size="sm" disabled={isFetching} onClick={() => void refetch()}>
        {isFetching ? "Trying …" : "Try now"}
      </Button>
    </div>
  );
}
