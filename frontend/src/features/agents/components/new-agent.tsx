"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";

import { PageHeader } from "@/components/layout/page";
import { NotPermitted } from "@/components/ui/read-only";
import { modelNamesQuery, toolsQuery } from "@/lib/queries";
import { toast } from "@/lib/toast";
import { useRefusal } from "@/lib/use-permissions";

import { createAgent } from "../api/create-agent";
import { agentKeys } from "../api/keys";
import { AgentBuilder } from "./builder/agent-builder";

/** The form of an agent that is not there yet. */
export function NewAgent() {
  const router = useRouter();
  const queryClient = useQueryClient();
  const tools = useQuery(toolsQuery());
  const models = useQuery(modelNamesQuery());
  const refused = useRefusal("agents:write");
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <PageHeader parent={{ href: "/agents", label: "Agents" }} title="New agent" />
      {refused !== undefined && <NotPermitted reason={refused} />}
      <div className="relative min-h-0 flex-1 md:overflow-y-auto" hidden={refused !== undefined}>
        <AgentBuilder
          availableTools={tools.data?.tools ?? []}
          knownModels={models.data ?? []}
          onSave={async (_, draft) => {
            const agent = await createAgent(draft);
            toast.success(`${agent.name} created`);
            void queryClient.invalidateQueries({ queryKey: agentKeys.all });
            router.push(`/agents/${agent.id}`);
          }}
        >
          <div className="flex flex-col xl:flex-row">
            <div className="min-w-0 flex-1 border-r">
              <AgentBuilder.Templates />
              <AgentBuilder.BasicInfo />
              <AgentBuilder.Instructions />
              <AgentBuilder.Model />
              <AgentBuilder.Tools />
              <AgentBuilder.AgentTools />
              <AgentBuilder.Knowledge />
              <AgentBuilder.Limits />
              <AgentBuilder.Others />
            </div>
            <div className="w-full bg-sunken/40 p-4 max-xl:border-t xl:w-[27rem]">
              <div className="xl:sticky xl:top-4">
                <AgentBuilder.Preview />
              </div>
            </div>
          </div>
          <AgentBuilder.SaveBar />
        </AgentBuilder>
      </div>
    </div>
  );
}
