"use client";

import { useQuery } from "@tanstack/react-query";
import { GitFork } from "lucide-react";
import Link from "next/link";

import type { Origin } from "@/lib/api";

import { executionQuery } from "../../api/get-execution";

const words: Record<Origin["kind"], string> = { replay: "run again from", retry: "retried from", fork: "forked from" };

/** Where a run comes from, when it repeats another one. */
export function OriginNote({ executionId, owner }: { executionId: string; owner: string | null }) {
  const { data } = useQuery(executionQuery(executionId, owner));
  const origin = data?.origin;
  if (!origin) return null;
  return (
    <span className="inline-flex items-center gap-1 text-xs text-ink-3">
      <GitFork aria-hidden className="size-3.5" />
      {words[origin.kind]}
      <Link href={`/runs/${origin.execution_id}`} className="text-accent-ink hover:underline">
        an earlier run
      </Link>
      {origin.kind === "fork" && origin.seq ? `after event ${origin.seq}` : null}
    </span>
  );
}
