"use client";

import { ChevronRight, Wrench } from "lucide-react";
import { useState } from "react";

import { Badge } from "@/components/ui/badge";
import { CopyButton } from "@/components/ui/copy-button";
import { Markdown } from "@/components/ui/markdown";
import type { MessageOut } from "@/lib/api";
import { cn } from "@/lib/cn";
import { clockTime, count, dateTime } from "@/lib/format";

import { sideOf } from "../model/messages";

const LONG = 1200;

/** One message: who said it to whom, when, in which iteration; what is known besides is a click away. */
export function Message({
  message,
  before,
  search,
}: {
  message: MessageOut;
  before: MessageOut | undefined;
  search: string;
}) {
  const { from_agent, to_agent, content, timestamp, iteration } = message;
  const [whole, setWhole] = useState(false);
  const side = sideOf(message);
  const cut = !whole && search === "" && content.length > LONG;
  return (
    <>
      {iteration > 0 && iteration !== before?.iteration && (
        <li aria-hidden className="flex items-center gap-3 text-2xs font-medium text-ink-3">
          <span className="h-px flex-1 bg-line" />
          Iteration {iteration}
          <span className="h-px flex-1 bg-line" />
        </li>
      )}
      <li
        data-side={side}
        className={cn(
          "flex w-[min(100%,40rem)] min-w-0 flex-col gap-1 rounded-lg border px-3 py-2",
          side === "left" ? "self-start bg-surface" : "self-end border-accent/25 bg-accent-soft",
        )}
      >
        <p className="flex flex-wrap items-baseline gap-x-2 text-xs">
          <span className="font-semibold">{from_agent}</span>
          <span className="text-ink-3">to {to_agent}</span>
          <time
            dateTime={new Date(timestamp * 1000).toISOString()}
            title={dateTime(new Date(timestamp * 1000).toISOString())}
            className="nums ml-auto text-ink-3"
          >
            {clockTime(timestamp * 1000)}
          </time>
        </p>
        <div className="min-w-0 text-sm break-words">
          <Markdown text={cut ? `${content.slice(0, LONG)} …` : content} />
        </div>
        {cut && (
          <button
            type="button"
            onClick={() => setWhole(true)}
            className="self-start rounded-sm text-xs text-accent-ink underline underline-offset-2"
          >
            Show all {count(content.length)} characters
          </button>
        )}
        <Metadata message={message} />
      </li>
    </>
  );
}

function Metadata({ message: { id, content, iteration, metadata } }: { message: MessageOut }) {
  const [open, setOpen] = useState(false);
  const tools = metadata.tool_calls ?? [];
  const confidence = metadata.confidence;
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-center gap-1.5">
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="inline-flex items-center gap-1 rounded-sm text-xs text-ink-2 hover:text-ink"
        >
          <ChevronRight aria-hidden className={cn("size-3 transition-transform", open && "rotate-90")} /> Details
        </button>
        {tools.length > 0 && (
          <Badge tone="tool">
            <Wrench /> {tools.length}
          </Badge>
        )}
        <CopyButton text={content} label="Copy the message" size="iconSm" className="ml-auto" />
      </div>
      {open && (
        <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-3 gap-y-1 text-xs [&_dt]:text-ink-2">
          <dt>Iteration</dt>
          <dd>{iteration === 0 ? "none: a workflow's step" : iteration}</dd>
          <dt>Confidence</dt>
          <dd>{confidence === null || confidence === undefined ? "not said" : `${Math.round(confidence * 100)} %`}</dd>
          <dt>Tools called</dt>
          <dd>{tools.length > 0 ? tools.join(", ") : "none"}</dd>
          <dt>Length</dt>
          <dd>{count(content.length)} characters</dd>
          <dt>Id</dt>
          <dd className="font-mono break-all">{id}</dd>
        </dl>
      )}
    </div>
  );
}
