"use client";

import { RecentExecutions } from "@/features/executions/components/list/recent-executions";
import { SchedulePage } from "@/features/schedules/components/schedule-page";
import { useRouteId } from "@/lib/use-route-id";

/** The schedule in the address, with the executions it has started. */
export function ScheduleRoute() {
  const id = useRouteId();
  return (
    <SchedulePage
      key={id}
      scheduleId={id}
      executions={<RecentExecutions scheduleId={id} title="Last runs" showAll={false} limit={20} />}
    />
  );
}
