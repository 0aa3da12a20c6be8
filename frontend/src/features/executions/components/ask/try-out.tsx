"use client";

import { useState } from "react";

import { Callout } from "@/components/ui/callout";
import { problemText } from "@/lib/problem";
import { useRefusal } from "@/lib/use-permissions";

import { useAgentStream } from "../../hooks/use-agent-stream";
import { useExecutionActions } from "../../hooks/use-execution-actions";
import { AskBox } from "./ask-box";
import { EmbeddedTrace } from "../trace/embedded-trace";

/** Ask an agent beside its form; it answers as it is stored, not as it is being typed. */
export function TryOut({ agentId }: { agentId: string }) {
  const stream = useAgentStream(agentId);
  const { cancel } = useExecutionActions();
  const [asked, setAsked] = useState(false);
  const refused = useRefusal("executions:run");
  return (
    <section aria-label="Try it out" className="flex min-h-0 flex-1 flex-col bg-sunken/40">
      <div className="flex flex-col gap-2 border-b p-3">
        <h2 className="font-semibold">Try it out</h2>
        <AskBox
          busy={stream.isStreaming}
          onAsk={(query, fileIds) => {
            setAsked(true);
            stream.startStreaming(query, fileIds).catch(() => undefined);
          }}
          {...(stream.executionId ? { onStop: () => cancel.mutate(stream.executionId ?? "") } : {})}
        />
        {!asked && refused === undefined && (
          <p className="text-xs text-ink-3">The stored version answers: save your changes first.</p>
        )}
        {stream.refusal && <Callout tone="bad">{problemText(stream.refusal)}</Callout>}
      </div>
      {stream.run !== null && (
        <div className="flex min-h-0 flex-1 flex-col bg-surface">
          <EmbeddedTrace key={stream.run} execution={stream.execution} stacked onStarted={stream.watch} />
        </div>
      )}
    </section>
  );
}
