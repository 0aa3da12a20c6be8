"use client";

import { type ReactNode, useState } from "react";

import { Button } from "@/components/ui/button";
import { count } from "@/lib/format";

import { Message } from "./input-message";
import { Section } from "./detail-parts";

const LAST = 4;

interface Shown {
  role: string;
  name?: string;
  text: string;
}

/** The messages before a model call: the last few at first, all on demand. */
export function MessageList({
  messages,
  action,
  lead,
  note,
}: {
  messages: readonly Shown[];
  action?: ReactNode;
  /** A row before the first message. */
  lead?: ReactNode;
  /** What is said below the list. */
  note?: ReactNode;
}) {
  const [all, setAll] = useState(false);
  const hidden = all ? 0 : Math.max(0, messages.length - LAST);
  return (
    <Section
      title={`Input, ${count(messages.length)} ${messages.length === 1 ? "message" : "messages"}`}
      action={action}
    >
      <ol aria-label="Messages before this call" className="divide-y overflow-hidden rounded-md border">
        {lead}
        {hidden > 0 && (
          <li className="bg-sunken/60 px-1.5 py-0.5">
            <Button size="sm" variant="ghost" onClick={() => setAll(true)}>
              Show {count(hidden)} earlier {hidden === 1 ? "message" : "messages"}
            </Button>
          </li>
        )}
        {messages.slice(hidden).map(({ role, name = "", text }, place) => (
          <Message key={hidden + place} role={role} name={name} text={text} />
        ))}
      </ol>
      {note}
    </Section>
  );
}
