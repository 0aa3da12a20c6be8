"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import { useState } from "react";

import { CreateLink } from "@/components/layout/create-link";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { AgentIcon, ChatIcon } from "@/components/ui/icons";
import { Select } from "@/components/ui/select";
import { EmptyState, SkeletonRows } from "@/components/ui/surface";
import { problemText } from "@/lib/problem";
import { agentsQuery } from "@/lib/queries";
import { randomId } from "@/lib/random-id";

import { continueChat } from "../api/continue-chat";
import { chatKeys } from "../api/keys";
import type { ChatParts } from "./chats";

interface NewChatProps {
  initialAgent: string | null;
  parts: ChatParts;
  onBegun: (id: string) => void;
  onClose: () => void;
}

/** Choose an agent, ask the first question. */
export function NewChat({ initialAgent, parts, onBegun, onClose }: NewChatProps) {
  const queryClient = useQueryClient();
  const { data } = useQuery(agentsQuery());
  const [chosen, setChosen] = useState(initialAgent);
  const [id] = useState(randomId);
  const agents = (data?.agents ?? []).filter(({ status }) => status !== "disabled");
  const agent = agents.find((candidate) => candidate.id === chosen) ?? agents[0];
  const begin = useMutation({
    mutationFn: ({ question, fileIds }: { question: string; fileIds: readonly string[] }) =>
      continueChat(id, agent?.id ?? "", question, fileIds),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: chatKeys.lists });
      onBegun(id);
    },
  });
  if (!data) return <SkeletonRows />;
  if (!agent) {
    return (
      <EmptyState
        icon={<AgentIcon />}
        title="There is no agent to talk to yet"
        action={<CreateLink what="agent">Create an agent</CreateLink>}
      >
        An agent is a model with instructions and tools.
      </EmptyState>
    );
  }
  return (
    <section aria-label="New chat" className="flex min-h-0 flex-1 flex-col">
      <header className="flex min-h-11 items-center gap-2 border-b px-2 py-1.5 md:px-4">
        <Button variant="ghost" size="icon" aria-label="All chats" className="md:hidden" onClick={onClose}>
          <ArrowLeft />
        </Button>
        <h2 className="flex-1 font-semibold">New chat</h2>
        <Select
          label="Talk to"
          value={agent.id}
          options={agents.map(({ id: value, name }) => ({ value, label: name }))}
          onChange={setChosen}
          className="max-w-56"
        />
      </header>
      <div className="flex min-h-0 flex-1 flex-col justify-center">
        <EmptyState icon={<ChatIcon />} title={`Ask ${agent.name} something`}>
          {agent.description || agent.role || "It remembers what was said, as long as the chat goes on."}
        </EmptyState>
      </div>
      <div className="mx-auto w-full max-w-3xl px-4 pb-4">
        {begin.error && (
          <Callout tone="bad" className="mb-2" title="The question was not accepted">
            {problemText(begin.error)}
          </Callout>
        )}
        {parts.composer({ busy: begin.isPending, onAsk: (question, fileIds) => begin.mutate({ question, fileIds }) })}
      </div>
    </section>
  );
}
