"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import Link from "next/link";

import { Card, SkeletonRows } from "@/components/ui/surface";

import { executionsQuery } from "../api/list-executions";
import { ExecutionTable } from "./execution-table";

/** The latest runs, of all agents or of one. */
export function RecentExecutions({ agentId, limit = 8 }: { agentId?: string; limit?: number }) {
  const { data, isPending } = useInfiniteQuery(executionsQuery({ agentId: agentId ?? null }, limit));
  const executions = data?.pages[0]?.executions ?? [];
  return (
    <Card className="min-w-0 overflow-hidden">
      <div className="flex items-center justify-between border-b px-4 py-2">
        <h2 className="font-semibold">Recent executions</h2>
        <Link href={agentId ? `/executions?agent=${agentId}` : "/executions"} className="text-xs text-accent-ink hover:underline">
          See all
        </Link>
      </div>
      {isPending && <SkeletonRows rows={4} />}
      {data && executions.length === 0 && <p className="px-4 py-6 text-center text-ink-3">Nothing has run yet.</p>}
      {executions.length > 0 && <ExecutionTable executions={executions} showAgent={!agentId} />}
    </Card>
  );
}
