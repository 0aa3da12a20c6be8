"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";

import { Select } from "@/components/ui/select";
import type { AgentOut } from "@/lib/api";

import { useExecutionActions } from "../../hooks/use-execution-actions";
import { AskBox } from "./ask-box";

/** Ask one of the agents; the answer comes in the playground. */
export function QuickAsk({ agents }: { agents: readonly AgentOut[] }) {
  const router = useRouter();
  const runnable = agents.filter(({ status }) => status !== "disabled");
  const [chosen, setChosen] = useState<string | null>(null);
  const agentId = chosen ?? runnable[0]?.id ?? null;
  const { ask } = useExecutionActions((id) => router.push(`/playground?agent=${agentId}&execution=${id}`));
  return (
    <AskBox
      busy={ask.isPending}
      disabled={agentId === null}
      onAsk={(query, fileIds) => agentId && ask.mutate({ agentId, query, fileIds })}
    >
      <Select
        label="Agent"
        value={agentId ?? ""}
        options={runnable.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={setChosen}
        className="h-7 max-w-56 text-xs"
      />
    </AskBox>
  );
}
