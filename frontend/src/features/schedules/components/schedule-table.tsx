"use client";

import Link from "next/link";

import { Switch } from "@/components/ui/checkbox";
import type { ScheduleOut } from "@/lib/api";
import { cn } from "@/lib/cn";
import { dateTime, oneLine, relativeTime, timeUntil } from "@/lib/format";
import { useNow } from "@/lib/use-now";
import { useRefusal } from "@/lib/use-permissions";

import { useScheduleActions } from "../hooks/use-schedule-actions";
import { timingWords } from "../model/timing";
import { ScheduleMenu } from "./schedule-menu";

/** Schedules as a table; the name is the link, the switch pauses. Narrow screens keep name, words and switch. */
export function ScheduleTable({
  schedules,
  agentNames,
}: {
  schedules: readonly ScheduleOut[];
  agentNames: ReadonlyMap<string, string>;
}) {
  const now = useNow(1000);
  const { pause } = useScheduleActions();
  const refused = useRefusal("executions:run");
  return (
    <table className="w-full table-fixed border-collapse">
      <thead className="text-2xs text-ink-3">
        <tr className="border-b">
          <th scope="col" className="px-4 py-1.5 text-left font-medium md:px-5">
            Schedule
          </th>
          <th scope="col" className="w-36 px-2 text-left font-medium max-lg:hidden">
            Agent
          </th>
          <th scope="col" className="w-60 px-2 text-left font-medium max-md:hidden">
            When
          </th>
          <th scope="col" className="w-28 px-2 text-left font-medium max-sm:hidden">
            Next run
          </th>
          <th scope="col" className="w-28 px-2 text-left font-medium max-lg:hidden">
            Last run
          </th>
          <th scope="col" className="w-24 px-2 pr-4 text-right font-medium md:pr-5">
            <span className="sr-only">Active, actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {schedules.map((schedule) => {
          const {
            id,
            name,
            query,
            agent_id,
            cron,
            time_zone,
            paused,
            next_fire,
            last_fire,
            last_execution_id,
            last_problem,
          } = schedule;
          return (
            <tr key={id} className="border-b hover:bg-hover">
              <td className="min-w-0 px-4 py-1.5 md:px-5">
                <Link href={`/schedules/${id}`} className="block truncate font-medium hover:underline">
                  {name}
                </Link>
                <span className="block truncate text-xs text-ink-3">{oneLine(query, 200)}</span>
                <span className="block truncate text-xs text-ink-2 md:hidden">{timingWords(cron)}</span>
                {last_problem && (
                  <span className="block truncate text-xs text-warn-ink" title={last_problem}>
                    {last_problem}
                  </span>
                )}
              </td>
              <td className="truncate px-2 text-ink-2 max-lg:hidden">{agentNames.get(agent_id) ?? "–"}</td>
              <td className="px-2 max-md:hidden">
                <span className="block truncate">{timingWords(cron)}</span>
                <span className="block truncate text-xs text-ink-3">{time_zone}</span>
              </td>
              <td
                className={cn("nums px-2 text-xs max-sm:hidden", paused ? "text-ink-3" : "text-ink-2")}
                title={dateTime(next_fire)}
              >
                {paused ? "paused" : timeUntil(next_fire, now)}
              </td>
              <td className="nums px-2 text-xs max-lg:hidden">
                {last_execution_id ? (
                  <Link
                    href={`/runs/${last_execution_id}`}
                    title={dateTime(last_fire)}
                    className="text-accent-ink hover:underline"
                  >
                    {relativeTime(last_fire, now)}
                  </Link>
                ) : (
                  <span className="text-ink-3">not yet</span>
                )}
              </td>
              <td className="px-2 pr-4 md:pr-5">
                <span className="flex items-center justify-end gap-2">
                  <Switch
                    label={`${name} is active`}
                    checked={!paused}
                    refused={refused}
                    onChange={(on) => pause.mutate({ id, paused: !on })}
                  />
                  <ScheduleMenu schedule={schedule} />
                </span>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
