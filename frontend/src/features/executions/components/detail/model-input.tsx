"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useMemo, useState } from "react";

import { Button } from "@/components/ui/button";
import { count } from "@/lib/format";

import { modelCallQuery } from "../../api/get-model-call";
import { modelInput } from "../../model/model-input";
import type { Step, Trace } from "../../model/trace";
import { Section } from "./detail-parts";
import { Message } from "./input-message";
import { SentCall } from "./sent-call";

const LAST = 4;

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
  const [all, setAll] = useState(false);
  if (messages === null) return null;
  const hidden = all ? 0 : Math.max(0, messages.length - LAST);
  return (
    <Section title={`Input, ${count(messages.length)} ${messages.length === 1 ? "message" : "messages"}`}>
      <ol aria-label="Messages before this call" className="divide-y overflow-hidden rounded-md border">
        <li className="px-2.5 py-1.5 text-xs text-ink-3">
          <Link
            href={`/agents/${trace.agentId}?tab=versions`}
            className="underline decoration-line-strong underline-offset-2 hover:text-ink"
          >
            Instructions of {trace.agentName} v{trace.agentVersion}
          </Link>
          , and what was said before in the same chat
        </li>
        {hidden > 0 && (
          <li className="bg-sunken/60 px-1.5 py-0.5">
            <Button size="sm" variant="ghost" onClick={() => setAll(true)}>
              Show {count(hidden)} earlier {hidden === 1 ? "message" : "messages"}
            </Button>
          </li>
        )}
        {messages.slice(hidden).map((message) => (
          <Message key={message.key} role={message.role} name={message.name} text={message.text} />
        ))}
      </ol>
    </Section>
  );
}
