"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { CalendarClock } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";

import { CreateLink } from "@/components/layout/create-link";
import { PageHeader } from "@/components/layout/page";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Select } from "@/components/ui/select";
import { EmptyState, SkeletonRows } from "@/components/ui/surface";
import { problemText } from "@/lib/problem";
import { agentsQuery } from "@/lib/queries";

import { schedulesQuery } from "../api/list-schedules";
import { ScheduleTable } from "./schedule-table";

const ALL = "all";
const newSchedule = <CreateLink what="schedule">New schedule</CreateLink>;

/** All schedules: what is asked when, and when it comes next. */
export function ScheduleList() {
  const [agent, setAgent] = useQueryState("agent", parseAsString);
  const agents = useQuery(agentsQuery());
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery(
    schedulesQuery(agent),
  );
  const schedules = data?.pages.flatMap((page) => page.schedules) ?? [];
  const names = new Map((agents.data?.agents ?? []).map(({ id, name }) => [id, name]));
  const total = data?.pages[0]?.total;
  return (
    <>
      <PageHeader
        title="Schedules"
        facts={total !== undefined && <span className="nums text-ink-3">{total}</span>}
        actions={newSchedule}
      />
      {(schedules.length > 0 || agent !== null) && (
        <div role="group" aria-label="Filters" className="flex flex-wrap gap-2 border-b px-4 py-2 md:px-5">
          <Select
            label="Agent"
            value={agent ?? ALL}
            options={[{ value: ALL, label: "Any agent" }, ...[...names].map(([value, label]) => ({ value, label }))]}
            onChange={(value) => void setAgent(value === ALL ? null : value)}
            className="max-w-52"
          />
        </div>
      )}
      {isPending && <SkeletonRows />}
      {error && (
        <Callout
          tone="bad"
          className="m-4"
          title="The schedules could not be loaded"
          action={
            <Button size="sm" onClick={() => void refetch()}>
              Try again
            </Button>
          }
        >
          {problemText(error)}
        </Callout>
      )}
      {data &&
        schedules.length === 0 &&
        (agent ? (
          <EmptyState icon={<CalendarClock />} title="This agent has no schedule" action={newSchedule} />
        ) : (
          <Empty />
        ))}
      {schedules.length > 0 && <ScheduleTable schedules={schedules} agentNames={names} />}
      {hasNextPage && (
        <div className="flex justify-center p-4">
          <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </>
  );
}

function Empty() {
  return (
    <EmptyState icon={<CalendarClock />} title="Nothing is scheduled yet" action={newSchedule}>
      A schedule asks an agent the same question at set times: a report each weekday at nine, a look at a page every
      quarter of an hour. Each run has its trace, as if you had asked yourself.
    </EmptyState>
  );
}
