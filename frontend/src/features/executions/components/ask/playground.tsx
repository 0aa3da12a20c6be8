"use client";

import { useQuery } from "@tanstack/react-query";
import { parseAsString, useQueryStates } from "nuqs";
import { useState } from "react";

import { CreateLink } from "@/components/layout/create-link";
import { PageHeader } from "@/components/layout/page";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { AgentIcon, TraceIcon } from "@/components/ui/icons";
import { Select } from "@/components/ui/select";
import { EmptyState, SkeletonRows } from "@/components/ui/surface";
import { problemText } from "@/lib/problem";
import { agentsQuery } from "@/lib/queries";
import { useRefusal } from "@/lib/use-permissions";

import { useAgentStream } from "../../hooks/use-agent-stream";
import { useExecutionActions } from "../../hooks/use-execution-actions";
import { AskBox } from "./ask-box";
import { EmbeddedTrace } from "../trace/embedded-trace";

const examples = [
  "First, compute 23*19 using the calculator. Then ask the chatbot to explain the result in one sentence.",
  "What is (17.5 + 4) * 12?",
];

/** Ask any agent and watch it. Agent and run stand in the address: a reload finds the same run again. */
export function Playground() {
  const [{ agent, execution: executionId }, setPlace] = useQueryStates({
    agent: parseAsString,
    execution: parseAsString,
    query: parseAsString,
  });
  const agents = useQuery(agentsQuery());
  const runnable = (agents.data?.agents ?? []).filter((candidate) => candidate.status !== "disabled");
  const agentId = agent || runnable[0]?.id || null;

  if (agents.data && runnable.length === 0) {
    return (
      <>
        <PageHeader title="Playground" />
        <EmptyState
          icon={<AgentIcon />}
          title="There is no agent to ask yet"
          action={<CreateLink what="agent">Create an agent</CreateLink>}
        >
          An agent is a model with instructions and tools. Create one, then come back and ask it something.
        </EmptyState>
      </>
    );
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <PageHeader
        title="Playground"
        actions={
          <Select
            label="Agent"
            value={agentId ?? ""}
            options={runnable.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={(id) => void setPlace({ agent: id, execution: null })}
            className="max-w-64"
          />
        }
      />
      {agents.isPending ? (
        <SkeletonRows />
      ) : (
        <Run
          key={agentId}
          agentId={agentId}
          executionId={executionId}
          onStarted={(id) => void setPlace({ execution: id })}
        />
      )}
    </div>
  );
}

interface RunProps {
  agentId: string | null;
  executionId: string | null;
  onStarted: (executionId: string) => void;
}

function Run({ agentId, executionId, onStarted }: RunProps) {
  const stream = useAgentStream(agentId, executionId);
  const { cancel } = useExecutionActions();
  const refused = useRefusal("executions:run");
  const [initial] = useState(
    () => new URLSearchParams(typeof window === "undefined" ? "" : window.location.search).get("query") ?? "",
  );
  const ask = (query: string, fileIds: readonly string[] = []) =>
    void stream.startStreaming(query, fileIds).then(onStarted, () => undefined);
  return (
    <>
      <div className="border-b bg-sunken/50 px-4 py-3 md:px-5">
        <AskBox
          initial={initial}
          busy={stream.isStreaming}
          disabled={agentId === null}
          onAsk={ask}
          {...(stream.executionId ? { onStop: () => cancel.mutate(stream.executionId ?? "") } : {})}
        />
        {stream.refusal && (
          <Callout tone="bad" className="mt-2" title="The question was not accepted">
            {problemText(stream.refusal)}
          </Callout>
        )}
      </div>
      {stream.run !== null ? (
        <EmbeddedTrace
          key={stream.run}
          execution={stream.execution}
          onStarted={(id) => {
            stream.watch(id);
            onStarted(id);
          }}
        />
      ) : (
        <EmptyState
          icon={<TraceIcon />}
          title="Ask something"
          action={examples.map((example) => (
            <Button
              key={example}
              size="sm"
              className="h-auto max-w-full py-1 text-left whitespace-normal"
              disabled={agentId === null || stream.isStreaming}
              refused={refused}
              onClick={() => ask(example)}
            >
              {example}
            </Button>
          ))}
        >
          The trace appears here while the agent works: every model call, every tool call, every token. For example:
        </EmptyState>
      )}
    </>
  );
}
