"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ArrowLeft, Download, Ellipsis, Trash2 } from "lucide-react";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Menu, MenuItem } from "@/components/ui/menu";
import { SkeletonRows } from "@/components/ui/surface";
import { oneLine } from "@/lib/format";
import { problemText } from "@/lib/problem";
import { queryKeys } from "@/lib/query-keys";
import { saveFile } from "@/lib/save-file";
import { toast } from "@/lib/toast";
import { useRefusal } from "@/lib/use-permissions";
import { useSticking } from "@/lib/use-sticking";

import { chatKeys } from "../api/keys";
import { removeChat } from "../api/remove-chat";
import { useChat } from "../hooks/use-chat";
import { transcript } from "../model/transcript";
import type { ChatParts } from "./chats";

/** A chat from its first turn to its last, and the place to go on. */
export function ChatThread({ id, parts, onClose }: { id: string; parts: ChatParts; onClose: () => void }) {
  const { turns, last, live, error, isPending, ask, stop, refresh, earlier } = useChat(id);
  const scroller = useSticking();
  if (error)
    return (
      <Callout
        tone="bad"
        className="m-4"
        title="This chat cannot be shown"
        action={
          <Button size="sm" onClick={onClose}>
            Close
          </Button>
        }
      >
        {problemText(error)}
      </Callout>
    );
  if (isPending || !last) return <SkeletonRows />;
  const busy = live !== null || ask.isPending;
  return (
    <section aria-label="Chat" className="flex min-h-0 min-w-0 flex-1 flex-col">
      <header className="flex min-h-11 items-center gap-2 border-b px-2 py-1.5 md:px-4">
        <Button variant="ghost" size="icon" aria-label="All chats" className="md:hidden" onClick={onClose}>
          <ArrowLeft />
        </Button>
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-semibold">{oneLine(turns[0]?.query ?? "", 120)}</h2>
          <p className="truncate text-xs text-ink-3">with {last.agent_name}</p>
        </div>
        <ThreadMenu id={id} file={() => transcript(turns)} onForgotten={onClose} />
      </header>
      {/* The pane scrolls; the keyboard must be able to do that too. */}
      <div
        ref={scroller}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        role="log"
        aria-label="Turns"
        className="min-h-0 flex-1 overflow-y-auto focus-visible:outline-offset-[-2px]"
      >
        <div className="mx-auto flex max-w-3xl flex-col gap-7 px-4 py-5">
          {earlier && (
            <Button size="sm" className="self-center" disabled={earlier.isFetching} onClick={earlier.load}>
              Show earlier turns
            </Button>
          )}
          {turns.map((execution) => (
            <div key={execution.id}>{parts.turn(execution, refresh)}</div>
          ))}
        </div>
      </div>
      <div className="mx-auto w-full max-w-3xl px-4 pb-4">
        {ask.error && (
          <Callout tone="bad" className="mb-2" title="The question was not accepted">
            {problemText(ask.error)}
          </Callout>
        )}
        {/* Made anew with each turn that was accepted: its field is empty then, and not before. */}
        <div key={last.id}>
          {parts.composer({
            busy,
            onAsk: (question, fileIds) => ask.mutate({ agentId: last.agent_id, question, fileIds }),
            ...(live ? { onStop: () => stop.mutate(live.id) } : {}),
          })}
        </div>
      </div>
    </section>
  );
}

function ThreadMenu({ id, file, onForgotten }: { id: string; file: () => string; onForgotten: () => void }) {
  const [asking, setAsking] = useState(false);
  const refused = useRefusal("executions:run");
  const queryClient = useQueryClient();
  const forget = useMutation({
    mutationFn: () => removeChat(id),
    onError: (error) => toast.error(problemText(error)),
    onSuccess: () => {
      onForgotten();
      toast.success("Chat removed");
      queryClient.removeQueries({ queryKey: chatKeys.one(id) });
      void queryClient.invalidateQueries({ queryKey: chatKeys.lists });
      void queryClient.invalidateQueries({ queryKey: queryKeys.executions });
    },
  });
  return (
    <>
      <Menu
        trigger={
          <Button size="icon" variant="ghost" aria-label="Actions for this chat">
            <Ellipsis />
          </Button>
        }
      >
        <MenuItem onSelect={() => saveFile("chat.md", file(), "text/markdown")}>
          <Download /> Save as Markdown
        </MenuItem>
        {refused === undefined && (
          <MenuItem danger onSelect={() => setAsking(true)}>
            <Trash2 /> Remove …
          </MenuItem>
        )}
      </Menu>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Remove this chat?"
        description="Its runs and their traces are removed with it, for good."
        action="Remove"
        busy={forget.isPending}
        onConfirm={() => forget.mutate()}
      />
    </>
  );
}
