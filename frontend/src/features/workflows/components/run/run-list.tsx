"use client";

import { useInfiniteQuery } from "@tanstack/react-query";

import { StatusBadge } from "@/components/status-badge";
import { Ago } from "@/components/ui/ago";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { SkeletonRows } from "@/components/ui/surface";
import { cost, duration, oneLine } from "@/lib/format";
import { problemText } from "@/lib/problem";
import { useNow } from "@/lib/use-now";

import { workflowRunsQuery } from "../../api/runs";

const head = "px-3 py-1.5 text-left font-medium";

/** The runs of a workflow, newest first. */
export function RunList({ workflowId, onOpen }: { workflowId: string; onOpen: (executionId: string) => void }) {
  const { data, error, isPending, hasNextPage, fetchNextPage } = useInfiniteQuery(workflowRunsQuery(workflowId));
  const now = useNow(30_000);
  if (isPending) return <SkeletonRows />;
  if (error)
    return (
      <Callout tone="bad" className="m-4">
        {problemText(error)}
      </Callout>
    );
  const runs = data.pages.flatMap((page) => page.executions);
  if (runs.length === 0) return <p className="p-8 text-center text-sm text-ink-3">It has not been run yet.</p>;
  return (
    <div className="flex flex-col gap-3 p-4">
      <div className="overflow-x-auto rounded-lg border bg-surface">
        <table className="w-full border-collapse text-sm">
          <thead className="border-b text-2xs text-ink-3">
            <tr>
              <th scope="col" className={head}>
                Status
              </th>
              <th scope="col" className={head}>
                Inputs
              </th>
              <th scope="col" className={`${head} max-md:hidden`}>
                Version
              </th>
              <th scope="col" className={head}>
                Duration
              </th>
              <th scope="col" className={`${head} max-md:hidden`}>
                Cost
              </th>
              <th scope="col" className={`${head} max-sm:hidden`}>
                Started
              </th>
            </tr>
          </thead>
          <tbody className="divide-y">
            {runs.map((run) => (
              <tr key={run.execution_id} className="hover:bg-hover">
                <td className="px-3 py-1.5">
                  <StatusBadge status={run.status} />
                </td>
                <td className="max-w-80 px-3">
                  <button
                    type="button"
                    onClick={() => onOpen(run.execution_id)}
                    className="block max-w-full truncate text-left font-medium hover:text-accent-ink"
                  >
                    {oneLine(Object.values(run.inputs_json).map(asText).join(" · "), 80) || "No inputs"}
                  </button>
                </td>
                <td className="nums px-3 text-ink-2 max-md:hidden">v{run.workflow_version}</td>
                <td className="nums px-3 whitespace-nowrap text-ink-2">{duration(run.duration_ms)}</td>
                <td className="nums px-3 text-ink-2 max-md:hidden">{cost(run.cost_usd)}</td>
                <td className="px-3 whitespace-nowrap text-ink-3 max-sm:hidden">
                  <Ago at={run.start_time ?? run.created_at} now={now} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {hasNextPage && (
        <Button className="self-center" onClick={() => void fetchNextPage()}>
          Show more
        </Button>
      )}
    </div>
  );
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
