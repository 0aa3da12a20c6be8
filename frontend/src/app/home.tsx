"use client";

import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { parseAsBoolean, parseAsString, useQueryStates } from "nuqs";

import { Callout } from "@/components/ui/callout";
import { SkeletonRows } from "@/components/ui/surface";
import { Activity } from "@/features/executions/components/list/activity";
import { QuickAsk } from "@/features/executions/components/ask/quick-ask";
import { DemoModelNote } from "@/features/language-models/components/demo-model-note";
import { Overview } from "@/features/onboarding/components/overview";
import { problemText } from "@/lib/problem";
import { agentsQuery } from "@/lib/queries";

// Who has been here before needs neither the tour nor what follows a run.
const Tour = dynamic(() => import("./tour").then((module) => module.Tour), {
  ssr: false,
  loading: () => <SkeletonRows />,
});

const RecentExecutions = dynamic(
  () => import("@/features/executions/components/list/recent-executions").then((module) => module.RecentExecutions),
  { ssr: false, loading: () => <SkeletonRows /> },
);

/** Home: the first run for newcomers, an overview for everybody else. The tour's place stands in the address. */
export function Home() {
  const { data, error } = useQuery(agentsQuery());
  const [{ tour, agent, execution }, setPlace] = useQueryStates({
    tour: parseAsBoolean,
    agent: parseAsString,
    execution: parseAsString,
  });
  const agents = data?.agents ?? [];
  const touring = tour ?? (agents.length === 0 || agent !== null);
  if (error)
    return (
      <Callout tone="bad" className="m-4" title="The agents could not be loaded">
        {problemText(error)}
      </Callout>
    );
  if (!data) return <SkeletonRows />;
  if (!touring)
    return (
      <Overview
        agents={agents}
        ask={<QuickAsk agents={agents} />}
        note={<DemoModelNote />}
        activity={<Activity />}
        executions={<RecentExecutions />}
        onTour={() => void setPlace({ tour: true })}
      />
    );
  const agentId = agent ?? agents.find(({ name }) => name === "Demo Agent")?.id ?? null;
  return <Tour key={agentId} agentId={agentId} executionId={execution} onPlace={(place) => void setPlace(place)} />;
}
