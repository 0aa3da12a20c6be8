"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import { useState } from "react";

import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { SearchInput } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { SkeletonRows } from "@/components/ui/surface";
import type { ConversationOut } from "@/lib/api";
import { count } from "@/lib/format";
import { problemText } from "@/lib/problem";
import { useSettled } from "@/lib/use-settled";
import { useSticking } from "@/lib/use-sticking";

import { messagesQuery } from "../api/list-messages";
import { inOrder } from "../model/messages";
import { DialogueMenu } from "./dialogue-menu";
import { Message } from "./message";

const BOTH = "*";

interface DialogueThreadProps {
  id: string;
  dialogue: ConversationOut | undefined;
  error: Error | null;
  onClose: () => void;
}

/** What two agents have said to each other, from the earliest message that is loaded to the latest. */
export function DialogueThread({ id, dialogue, error, onClose }: DialogueThreadProps) {
  const [search, setSearch] = useState("");
  const [from, setFrom] = useState<string | null>(null);
  const words = useSettled(search.trim(), 250);
  const pages = useInfiniteQuery(messagesQuery(id, { search: words, from, iteration: null }));
  const messages = inOrder(pages.data);
  const pane = useSticking();
  const broken = error ?? pages.error;
  if (broken)
    return (
      <Callout
        tone="bad"
        className="m-4"
        title="This dialogue cannot be shown"
        action={
          <Button size="sm" onClick={onClose}>
            Close
          </Button>
        }
      >
        {problemText(broken)}
      </Callout>
    );
  if (!dialogue) return <SkeletonRows />;
  const [left = "", right = ""] = dialogue.participants;
  return (
    <section aria-label="Dialogue" className="flex min-h-0 min-w-0 flex-1 flex-col">
      <header className="flex min-h-11 flex-wrap items-center gap-2 border-b px-2 py-1.5 md:px-4">
        <Button variant="ghost" size="icon" aria-label="All dialogues" className="md:hidden" onClick={onClose}>
          <ArrowLeft />
        </Button>
        <div className="min-w-0 flex-1 basis-40">
          <h2 className="flex items-center gap-2 font-semibold">
            <span className="truncate">{dialogue.participants.join(" ↔ ")}</span>
            {dialogue.status === "archived" && <Badge>archived</Badge>}
          </h2>
          <p className="nums text-xs text-ink-3">
            {count(dialogue.message_count)} {dialogue.message_count === 1 ? "message" : "messages"}
          </p>
        </div>
        <SearchInput
          label="Search in this dialogue"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          className="max-w-60 flex-1 basis-40"
        />
        <Select
          label="Said by"
          value={from ?? BOTH}
          options={[
            { value: BOTH, label: "Said by both" },
            { value: left, label: left },
            { value: right, label: right },
          ]}
          onChange={(value) => setFrom(value === BOTH ? null : value)}
          className="max-w-44"
        />
        <DialogueMenu dialogue={dialogue} onRemoved={onClose} />
      </header>
      {/* The pane scrolls; the keyboard must be able to do that too. */}
      <div
        ref={pane}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        role="log"
        aria-label="Messages"
        className="min-h-0 flex-1 overflow-y-auto focus-visible:outline-offset-[-2px]"
      >
        <ol className="mx-auto flex max-w-4xl flex-col gap-3 px-3 py-4 md:px-5">
          {pages.hasNextPage && (
            <li className="self-center">
              <Button size="sm" disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
                Show earlier messages
              </Button>
            </li>
          )}
          {messages.map((message, place) => (
            <Message key={message.id} message={message} before={messages[place - 1]} search={words} />
          ))}
          {pages.data && messages.length === 0 && (
            <li className="py-10 text-center text-ink-3">
              {words || from ? "No message fits." : "No message is kept any more."}
            </li>
          )}
        </ol>
        {pages.isPending && <SkeletonRows />}
      </div>
    </section>
  );
}
