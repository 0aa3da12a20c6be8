"use client";

import Link from "next/link";

import { StatusBadge } from "@/components/status-badge";
import type { ExecutionSummary } from "@/lib/api";
import { cost, count, dateTime, duration, oneLine, relativeTime, withoutMarkdown } from "@/lib/format";
import { useNow } from "@/lib/use-now";

import { isLive } from "../../api/list-executions";
import { MarkBadges } from "./mark-badges";

const cell = "px-2 py-1.5 text-right text-xs whitespace-nowrap text-ink-2 nums";

/** Executions as a table; the question is the link. Narrow screens keep question, agent and status. */
export function ExecutionTable({
  executions,
  showAgent = true,
  others = false,
}: {
  executions: readonly ExecutionSummary[];
  showAgent?: boolean;
  /** Whether they are not all the caller's own: links say whose they are. */
  others?: boolean;
}) {
  const now = useNow(1000);
  return (
    <table className="w-full table-fixed border-collapse">
      <thead className="sticky top-0 z-10 bg-canvas text-2xs text-ink-3 shadow-[0_1px_0_var(--line)]">
        <tr>
          <th scope="col" className="px-4 py-1.5 text-left font-medium md:px-5">
            Question
          </th>
          {showAgent && (
            <th scope="col" className="w-36 px-2 text-left font-medium max-lg:hidden">
              Agent
            </th>
          )}
          <th scope="col" className="w-28 px-2 text-left font-medium">
            Status
          </th>
          <th scope="col" className="w-24 px-2 text-right font-medium max-md:hidden">
            Duration
          </th>
          <th scope="col" className="w-20 px-2 text-right font-medium max-lg:hidden">
            Tokens
          </th>
          <th scope="col" className="w-20 px-2 text-right font-medium max-lg:hidden">
            Cost
          </th>
          <th scope="col" className="w-28 px-2 pr-5 text-right font-medium max-sm:hidden">
            Started
          </th>
        </tr>
      </thead>
      <tbody>
        {executions.map((execution) => (
          <tr key={execution.id} className="relative border-b hover:bg-hover">
            <td className="min-w-0 px-4 py-1.5 md:px-5">
              <Link
                href={`/runs/${execution.id}${others ? `?owner=${execution.user_id}` : ""}`}
                className="block truncate font-medium after:absolute after:inset-0"
              >
                {oneLine(execution.query, 200)}
              </Link>
              <span className="block truncate text-xs text-ink-3">
                {showAgent && <span className="text-ink-2 lg:hidden">{execution.agent_name} · </span>}
                {execution.error
                  ? execution.error.message
                  : oneLine(withoutMarkdown(execution.result ?? ""), 200) || (isLive(execution) ? "…" : "")}
              </span>
              {execution.marks.length > 0 && (
                <span className="mt-0.5 flex flex-wrap gap-1">
                  <MarkBadges execution={execution} />
                </span>
              )}
            </td>
            {showAgent && (
              <td className="truncate px-2 text-ink-2 max-lg:hidden">
                {execution.agent_name}
                {execution.answered_by && <span className="text-ink-3"> → {execution.answered_by.agent_name}</span>}
              </td>
            )}
            <td className="px-2">
              <StatusBadge status={execution.status} />
            </td>
            <td className={`${cell} max-md:hidden`}>
              {duration(
                execution.duration_ms ??
                  (execution.started_at && isLive(execution) ? now - Date.parse(execution.started_at) : null),
              )}
            </td>
            <td className={`${cell} max-lg:hidden`}>
              {execution.usage.total_tokens ? count(execution.usage.total_tokens) : "–"}
            </td>
            <td className={`${cell} max-lg:hidden`}>{cost(execution.cost_usd)}</td>
            <td className={`${cell} pr-5 max-sm:hidden`} title={dateTime(execution.created_at)}>
              {relativeTime(execution.created_at, now)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
