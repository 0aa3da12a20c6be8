"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import type { ReactNode } from "react";

import { PageHeader } from "@/components/layout/page";
import { Callout } from "@/components/ui/callout";
import { SkeletonRows } from "@/components/ui/surface";
import { Tabs, TabPanel } from "@/components/ui/tabs";
import type { AgentOut } from "@/lib/api";
import { problemText } from "@/lib/problem";
import { modelNamesQuery, toolsQuery } from "@/lib/queries";
import { toast } from "@/lib/toast";
import { useRefusal } from "@/lib/use-permissions";

import { agentQuery } from "../api/get-agent";
import { agentKeys } from "../api/keys";
import { updateAgent } from "../api/update-agent";
import { type AgentDraft, draftOf } from "../model/agent-draft";
import { AgentBuilder } from "./builder/agent-builder";
import { AgentMenu } from "./agent-menu";
import { AgentStatusBadge } from "./agent-status-badge";
import { GuardrailsTab } from "./guardrails/guardrails-tab";
import { HandoffsTab } from "./handoffs/handoffs-tab";
import { VersionHistory } from "./versions/version-history";

const tabs = ["configuration", "handoffs", "guardrails", "versions", "executions"] as const;

export interface AgentEditorProps {
  agentId: string;
  /** Beside the form: ask the agent as it is stored. */
  tryOut: ReactNode;
  executions: ReactNode;
  /** In the header, before the menu. */
  actions?: ReactNode;
}

/** One agent: its form with the try-out panel, its versions, its runs. */
export function AgentEditor({ agentId, tryOut, executions, actions }: AgentEditorProps) {
  const router = useRouter();
  const { data: agent, error } = useQuery(agentQuery(agentId));
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(tabs).withDefault("configuration"));
  if (error && !agent) {
    return (
      <>
        <PageHeader parent={{ href: "/agents", label: "Agents" }} title="Agent" />
        <Callout tone="bad" className="m-4" title="This agent cannot be shown">
          {problemText(error)}
        </Callout>
      </>
    );
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <PageHeader
        parent={{ href: "/agents", label: "Agents" }}
        title={agent?.name ?? "…"}
        facts={
          agent && (
            <>
              <AgentStatusBadge status={agent.status} />
              <span className="nums text-xs text-ink-3">v{agent.version}</span>
            </>
          )
        }
        actions={
          agent && (
            <>
              {actions}
              <AgentMenu agent={agent} onDeleted={() => router.push("/agents")} />
            </>
          )
        }
      />
      {!agent ? (
        <SkeletonRows />
      ) : (
        <Tabs
          label="Agent"
          value={tab}
          onChange={(next) => void setTab(tabs.find((name) => name === next) ?? null)}
          tabs={[
            { value: "configuration", label: "Configuration" },
            { value: "handoffs", label: "Handoffs" },
            { value: "guardrails", label: "Guardrails" },
            { value: "versions", label: "Versions" },
            { value: "executions", label: "Runs" },
          ]}
        >
          <TabPanel
            value="configuration"
            keepMounted
            className="flex min-h-0 flex-1 flex-col data-hidden:hidden xl:flex-row"
          >
            <div className="relative min-w-0 flex-1 xl:overflow-y-auto">
              <Configuration key={stateOf(agent)} agent={agent} />
            </div>
            <div className="flex min-h-96 min-w-0 flex-col border-l max-xl:border-t xl:w-[27rem]">{tryOut}</div>
          </TabPanel>
          <TabPanel value="handoffs" className="min-h-0 overflow-y-auto">
            <HandoffsTab agentId={agent.id} />
          </TabPanel>
          <TabPanel value="guardrails" className="min-h-0 overflow-y-auto">
            <GuardrailsTab agentId={agent.id} />
          </TabPanel>
          <TabPanel value="versions" className="min-h-0 overflow-y-auto">
            <VersionHistory agent={agent} />
          </TabPanel>
          <TabPanel value="executions" className="min-h-0 overflow-y-auto p-4">
            {executions}
          </TabPanel>
        </Tabs>
      )}
    </div>
  );
}

/** Knowledge bases change without a new version. */
function stateOf({ version, knowledge_bases }: AgentOut): string {
  return [version, ...knowledge_bases.map(({ kb_id }) => kb_id)].join();
}

/** The form of a stored agent; made anew for each version that is loaded. */
function Configuration({ agent }: { agent: AgentOut }) {
  const queryClient = useQueryClient();
  const tools = useQuery(toolsQuery());
  const models = useQuery(modelNamesQuery());
  const refused = useRefusal("agents:write");
  const put = async (version: number, changes: Partial<AgentDraft>) => {
    const saved = await updateAgent(agent.id, version, changes);
    queryClient.setQueryData(agentQuery(agent.id).queryKey, saved);
    toast.success(`${saved.name} saved as version ${saved.version}`);
    void queryClient.invalidateQueries({ queryKey: agentKeys.all });
  };
  const current = () =>
    queryClient.fetchQuery({ ...agentQuery(agent.id), queryKey: agentKeys.fresh(agent.id), staleTime: 0 });
  return (
    <AgentBuilder
      initial={draftOf(agent)}
      availableTools={tools.data?.tools ?? []}
      knownModels={models.data ?? []}
      refused={refused}
      onSave={(changes) => put(agent.version, changes)}
      loadCurrent={async () => draftOf(await current())}
      onOverwrite={async (changes) => put((await current()).version, changes)}
    >
      <AgentBuilder.BasicInfo />
      <AgentBuilder.Instructions />
      <AgentBuilder.Model />
      <AgentBuilder.Tools />
      <AgentBuilder.AgentTools />
      <AgentBuilder.Knowledge />
      <AgentBuilder.Limits />
      <AgentBuilder.Others />
      <AgentBuilder.SaveBar />
    </AgentBuilder>
  );
}
