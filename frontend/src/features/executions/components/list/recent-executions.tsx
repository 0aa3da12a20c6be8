"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import Link from "next/link";

import { Card, SkeletonRows } from "@/components/ui/surface";

import { executionsQuery } from "../../api/list-executions";
import { ExecutionTable } from "./execution-table";

export interface RecentExecutionsProps {
  agentId?: string;
  scheduleId?: string;
  title?: string;
  /** A link to the list that shows them all. */
  showAll?: boolean;
  limit?: number;
}

/** The latest runs, of all agents, of one, or of a schedule. */
export function RecentExecutions({
  agentId,
  scheduleId,
  title = "Recent runs",
  showAll = true,
  limit = 8,
}: RecentExecutionsProps) {
  const { data, isPending } = useInfiniteQuery(
    executionsQuery({ agentId: agentId ?? null, scheduleId: scheduleId ?? null }, limit),
  );
  const executions = data?.pages[0]?.executions ?? [];
  return (
    <Card className="min-w-0 overflow-hidden">
      <div className="flex items-center justify-between border-b px-4 py-2">
        <h2 className="font-semibold">{title}</h2>
        {showAll && (
          <Link href={agentId ? `/runs?agent=${agentId}` : "/runs"} className="text-xs text-accent-ink hover:underline">
            See all
          </Link>
        )}
      </div>
      {isPending && <SkeletonRows rows={4} />}
      {data && executions.length === 0 && <p className="px-4 py-6 text-center text-ink-3">Nothing has run yet.</p>}
      {executions.length > 0 && <ExecutionTable executions={executions} showAgent={!agentId && !scheduleId} />}
    </Card>
  );
}
