"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Pause, Play, StepForward } from "lucide-react";
import { useRouter } from "next/navigation";
import type { ReactNode } from "react";

import { PageBody, PageHeader } from "@/components/layout/page";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { SkeletonRows } from "@/components/ui/surface";
import type { ScheduleOut } from "@/lib/api";
import { problemText } from "@/lib/problem";
import { toast } from "@/lib/toast";
import { useRefusal } from "@/lib/use-permissions";

import { changeSchedule } from "../api/change-schedule";
import { scheduleQuery } from "../api/get-schedule";
import { scheduleKeys } from "../api/keys";
import { useScheduleActions } from "../hooks/use-schedule-actions";
import { changesOf, draftOf, type ScheduleDraft } from "../model/schedule-draft";
import { ScheduleForm } from "./schedule-form";
import { ScheduleMenu } from "./schedule-menu";

const parent = { href: "/schedules", label: "Schedules" };

/** One schedule: its form with the times it means, and what it has started. */
export function SchedulePage({ scheduleId, executions }: { scheduleId: string; executions: ReactNode }) {
  const { data: schedule, error } = useQuery(scheduleQuery(scheduleId));
  if (schedule) return <Loaded schedule={schedule} executions={executions} />;
  return (
    <>
      <PageHeader parent={parent} title="Schedule" />
      {error ? (
        <Callout tone="bad" className="m-4" title="This schedule cannot be shown">
          {problemText(error)}
        </Callout>
      ) : (
        <SkeletonRows />
      )}
    </>
  );
}

function Loaded({ schedule, executions }: { schedule: ScheduleOut; executions: ReactNode }) {
  const router = useRouter();
  const queryClient = useQueryClient();
  const { pause, run } = useScheduleActions();
  const { id, name, paused } = schedule;
  const refused = useRefusal("executions:run");
  const save = async (draft: ScheduleDraft) => {
    await changeSchedule(id, changesOf(draftOf(schedule), draft));
    await queryClient.invalidateQueries({ queryKey: scheduleKeys.all });
    toast.success(`${draft.name.trim()} saved`);
  };
  return (
    <>
      <PageHeader
        parent={parent}
        title={name}
        facts={<Badge tone={paused ? "warn" : "good"}>{paused ? "paused" : "active"}</Badge>}
        actions={
          <>
            <Button disabled={run.isPending} refused={refused} onClick={() => run.mutate(schedule)}>
              <Play /> Run now
            </Button>
            <Button disabled={pause.isPending} refused={refused} onClick={() => pause.mutate({ id, paused: !paused })}>
              {paused ? (
                <>
                  <StepForward /> Go on
                </>
              ) : (
                <>
                  <Pause /> Pause
                </>
              )}
            </Button>
            <ScheduleMenu schedule={schedule} onRemoved={() => router.push("/schedules")} />
          </>
        }
      />
      <PageBody className="flex max-w-6xl flex-col gap-4">
        {paused && <Callout tone="warn">Paused: the times below are when it would run.</Callout>}
        {/* Made anew with each stored state, but not while it only fires: that changes no field of the form. */}
        <ScheduleForm
          key={JSON.stringify(draftOf(schedule))}
          initial={draftOf(schedule)}
          action="Save changes"
          onSave={save}
        />
        {executions}
      </PageBody>
    </>
  );
}
