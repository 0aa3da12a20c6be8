"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { parseAsString, useQueryStates } from "nuqs";

import { PageBody, PageHeader } from "@/components/layout/page";
import { Callout } from "@/components/ui/callout";
import { NotPermitted } from "@/components/ui/read-only";
import { SkeletonRows } from "@/components/ui/surface";
import { problemText } from "@/lib/problem";
import { agentsQuery } from "@/lib/queries";
import { toast } from "@/lib/toast";
import { useRefusal } from "@/lib/use-permissions";

import { createSchedule } from "../api/create-schedule";
import { scheduleKeys } from "../api/keys";
import { bodyOf, emptySchedule, type ScheduleDraft } from "../model/schedule-draft";
import { ownTimeZone } from "../model/time-zones";
import { ScheduleForm } from "./schedule-form";

/** A new schedule; the agent and the question may come with the address. */
export function NewSchedule() {
  const router = useRouter();
  const queryClient = useQueryClient();
  const [{ agent, query }] = useQueryStates({ agent: parseAsString, query: parseAsString });
  const { data, error } = useQuery(agentsQuery());
  const refused = useRefusal("executions:run");
  const create = async (draft: ScheduleDraft) => {
    const made = await createSchedule(bodyOf(draft));
    await queryClient.invalidateQueries({ queryKey: scheduleKeys.all });
    toast.success(`${made.name} scheduled`);
    router.push(`/schedules/${made.id}`);
  };
  return (
    <>
      <PageHeader parent={{ href: "/schedules", label: "Schedules" }} title="New schedule" />
      <PageBody className="max-w-6xl">
        {error && (
          <Callout tone="bad" title="The agents could not be loaded">
            {problemText(error)}
          </Callout>
        )}
        {!data && !error && <SkeletonRows />}
        {refused !== undefined && <NotPermitted reason={refused} />}
        {data && refused === undefined && (
          <ScheduleForm
            initial={{ ...emptySchedule(agent ?? data.agents[0]?.id ?? "", ownTimeZone()), query: query ?? "" }}
            action="Create schedule"
            isNew
            onSave={create}
          />
        )}
      </PageBody>
    </>
  );
}
