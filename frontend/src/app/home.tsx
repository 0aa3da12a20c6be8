"use client";

import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { parseAsBoolean, parseAsString, useQueryStates } from "nuqs";

import { Callout } from "@/components/ui/callout";
import { SkeletonRows } from "@/components/ui/surface";
import { Activity } from "@/features/executions/components/list/activity";
import { QuickAsk } from "@/features/executions/components/ask/quick-ask";
import { useAgentStream } from "@/features/executions/hooks/use-agent-stream";
import { DemoModelNote } from "@/features/language-models/components/demo-model-note";
import { FirstRun } from "@/features/onboarding/components/first-run";
import { Overview } from "@/features/onboarding/components/overview";
import { problemText } from "@/lib/problem";
import { agentsQuery } from "@/lib/queries";

const EmbeddedTrace = dynamic(
  () => import("@/features/executions/components/trace/embedded-trace").then((module) => module.EmbeddedTrace),
  { ssr: false, loading: () => <SkeletonRows /> },
);

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

interface TourProps {
  agentId: string | null;
  executionId: string | null;
  onPlace: (place: { tour?: true | null; agent?: string | null; execution?: string | null }) => void;
}

function Tour({ agentId, executionId, onPlace }: TourProps) {
  const stream = useAgentStream(agentId, executionId);
  const watch = (id: string) => {
    stream.watch(id);
    onPlace({ agent: agentId, execution: id });
  };
  return (
    <FirstRun
      agentId={agentId}
      executionId={stream.executionId}
      watching={stream.run !== null}
      onAgent={(id) => onPlace({ tour: true, agent: id })}
      onAsk={(_, query) => stream.startStreaming(query).then((id) => onPlace({ agent: agentId, execution: id }))}
      onFinish={() => onPlace({ tour: null, agent: null, execution: null })}
      trace={stream.run !== null && <EmbeddedTrace key={stream.run} execution={stream.execution} onStarted={watch} />}
    />
  );
}
