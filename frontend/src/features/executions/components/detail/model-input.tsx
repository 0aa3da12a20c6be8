"use client";

import Link from "next/link";
import { useMemo, useState } from "react";

import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";
import { count } from "@/lib/format";

import { type InputMessage, modelInput } from "../../model/model-input";
import type { Step, Trace } from "../../model/trace";
import { Section } from "./detail-parts";

const LAST = 4;
const MAX_TEXT = 1200;

const inks = { user: "text-accent-ink", assistant: "text-model-ink", tool: "text-tool-ink" };

/** The messages before a model call; the last few at first, all on demand. */
export function ModelInput({ trace, step }: { trace: Trace; step: Step }) {
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
          <Message key={message.key} message={message} />
        ))}
      </ol>
    </Section>
  );
}

function Message({ message: { role, name, text } }: { message: InputMessage }) {
  return (
    <li className="grid grid-cols-[7rem_minmax(0,1fr)] gap-2 px-2.5 py-1.5">
      <span className={cn("truncate font-mono text-2xs leading-5", inks[role])}>{name || role}</span>
      <span
        className={cn(
          "line-clamp-6 text-xs leading-5 break-words whitespace-pre-wrap",
          role !== "user" && "font-mono text-2xs leading-5",
        )}
      >
        {text.slice(0, MAX_TEXT)}
      </span>
    </li>
  );
}
