"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useMemo } from "react";

import { modelCallQuery } from "../../api/get-model-call";
import { modelInput } from "../../model/model-input";
import type { Step, Trace } from "../../model/trace";
import { MessageList } from "./message-list";
import { SentCall } from "./sent-call";

/** What a model call was sent, as it is kept; of runs that kept nothing, put together again from the log. */
export function ModelInput({ trace, step }: { trace: Trace; step: Step }) {
  const settled = step.status !== "running";
  const callKey = step.opened.span_id ?? "";
  const sent = useQuery({ ...modelCallQuery(trace.executionId, callKey, settled), enabled: callKey !== "" });
  if (sent.data) return <SentCall call={sent.data} />;
  return <ReconstructedInput trace={trace} step={step} />;
}

/** The messages before a model call as the log tells them; the last few at first, all on demand. */
function ReconstructedInput({ trace, step }: { trace: Trace; step: Step }) {
  const messages = useMemo(() => modelInput(trace, step), [trace, step]);
  if (messages === null) return null;
  return (
    <MessageList
      messages={messages}
      lead={
        <li className="px-2.5 py-1.5 text-xs text-ink-3">
          <Link
            href={`/agents/${trace.agentId}?tab=versions`}
            className="underline decoration-line-strong underline-offset-2 hover:text-ink"
          >
            Instructions of {trace.agentName} v{trace.agentVersion}
          </Link>
          , and what was said before in the same chat
        </li>
      }
    />
  );
}
