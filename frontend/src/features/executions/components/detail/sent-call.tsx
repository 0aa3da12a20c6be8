"use client";

import { useState } from "react";

import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { JsonView } from "@/components/ui/json-view";
import type { ModelCallDetails } from "@/lib/api";
import { count } from "@/lib/format";

import { readSent, sentToolName } from "../../model/sent-message";
import { Section } from "./detail-parts";
import { Message } from "./input-message";

const LAST = 4;

/** What a model was really sent: messages, tools offered, parameters. */
export function SentCall({ call }: { call: ModelCallDetails }) {
  const [all, setAll] = useState(false);
  const { messages, tools, parameters } = call;
  const hidden = all ? 0 : Math.max(0, messages.length - LAST);
  return (
    <>
      <Section
        title={`Input, ${count(messages.length)} ${messages.length === 1 ? "message" : "messages"}`}
        action={
          <CopyButton
            size="sm"
            variant="ghost"
            label="Copy as JSON: the request"
            text={() => JSON.stringify({ model: call.model, messages, tools, ...parameters }, null, 2)}
          >
            Copy as JSON
          </CopyButton>
        }
      >
        <ol aria-label="Messages before this call" className="divide-y overflow-hidden rounded-md border">
          {hidden > 0 && (
            <li className="bg-sunken/60 px-1.5 py-0.5">
              <Button size="sm" variant="ghost" onClick={() => setAll(true)}>
                Show {count(hidden)} earlier {hidden === 1 ? "message" : "messages"}
              </Button>
            </li>
          )}
          {messages.slice(hidden).map((message, place) => (
            <Message key={hidden + place} name="" {...readSent(message)} />
          ))}
        </ol>
        {!call.complete && (
          <p className="text-xs text-warn-ink">
            Parts of it were too large to be kept whole; they are cut or left out.
          </p>
        )}
      </Section>
      {tools.length > 0 && (
        <Section title={`Tools offered, ${count(tools.length)}`}>
          {tools.map((tool, place) => (
            <details key={place}>
              <summary className="cursor-pointer font-mono text-xs text-tool-ink">{sentToolName(tool)}</summary>
              <JsonView value={tool} label={`Tool ${sentToolName(tool)}`} className="mt-1" />
            </details>
          ))}
        </Section>
      )}
      <Section title="Parameters">
        <div className="flex flex-wrap gap-1">
          <Badge tone="outline">{call.lane}</Badge>
          <Badge tone="outline">{call.model}</Badge>
          {call.tries > 1 && <Badge tone="warn">sent {count(call.tries)} times</Badge>}
          {call.left_out.map((name) => (
            <Badge key={name} tone="plain" title="The endpoint has refused it before">
              without {name}
            </Badge>
          ))}
        </div>
        <JsonView value={parameters} label="Parameters" />
      </Section>
    </>
  );
}
