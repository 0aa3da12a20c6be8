"use client";

import dynamic from "next/dynamic";

import { SkeletonRows } from "@/components/ui/surface";
import { useAgentStream } from "@/features/executions/hooks/use-agent-stream";
import { FirstRun } from "@/features/onboarding/components/first-run";

const EmbeddedTrace = dynamic(
  () => import("@/features/executions/components/trace/embedded-trace").then((module) => module.EmbeddedTrace),
  { ssr: false, loading: () => <SkeletonRows /> },
);

interface TourProps {
  agentId: string | null;
  executionId: string | null;
  onPlace: (place: { tour?: true | null; agent?: string | null; execution?: string | null }) => void;
}

/** The first run: an agent, a question, its trace. */
export function Tour({ agentId, executionId, onPlace }: TourProps) {
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
