"use client";

import { AgentEditor } from "@/features/agents/components/agent-editor";
import { CodeButton } from "@/features/executions/components/ask/code-dialog";
import { RecentExecutions } from "@/features/executions/components/list/recent-executions";
import { TryOut } from "@/features/executions/components/ask/try-out";
import { useRouteId } from "@/lib/use-route-id";

/** The agent in the address, with what other features know of it. */
export function AgentRoute() {
  const id = useRouteId();
  return (
    <AgentEditor
      key={id}
      agentId={id}
      actions={<CodeButton agentId={id} />}
      tryOut={<TryOut key={id} agentId={id} />}
      executions={<RecentExecutions agentId={id} limit={25} />}
    />
  );
}
