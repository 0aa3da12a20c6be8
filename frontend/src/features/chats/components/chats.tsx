"use client";

import { MessageSquarePlus } from "lucide-react";
import { parseAsBoolean, parseAsString, useQueryStates } from "nuqs";
import type { ReactNode } from "react";

import { PageHeader } from "@/components/layout/page";
import { Button } from "@/components/ui/button";
import { ChatIcon } from "@/components/ui/icons";
import { EmptyState } from "@/components/ui/surface";
import { cn } from "@/lib/cn";
import type { ExecutionSummary } from "@/lib/api";
import { useRefusal } from "@/lib/use-permissions";

import { ChatList } from "./chat-list";
import { ChatThread } from "./chat-thread";
import { NewChat } from "./new-chat";

/** What a turn and the place to write need from those who know executions. */
export interface ChatParts {
  /** A question with its answer, live while it runs; `onEnd` is called when it has ended. */
  turn: (execution: ExecutionSummary, onEnd: () => void) => ReactNode;
  composer: (props: {
    busy: boolean;
    onAsk: (query: string, fileIds: readonly string[]) => void;
    onStop?: () => void;
  }) => ReactNode;
}

/** Chats on the left, the chosen one on the right; on narrow screens one of the two. Which one stands in the address. */
export function Chats({ parts }: { parts: ChatParts }) {
  const [{ id, agent, fresh }, setPlace] = useQueryStates({
    id: parseAsString,
    agent: parseAsString,
    fresh: parseAsBoolean,
  });
  const refused = useRefusal("executions:run");
  const open = id !== null || fresh === true;
  const close = () => void setPlace({ id: null, fresh: null });
  return (
    // Between the bars of narrow screens an open chat has all the height, so that its field stays at the bottom.
    <div className={cn("flex min-h-0 flex-1 flex-col", open && "max-md:h-[calc(100dvh-6rem)] max-md:flex-none")}>
      <div className={cn(open && "max-md:hidden")}>
        <PageHeader
          title="Chats"
          actions={
            <Button variant="primary" refused={refused} onClick={() => void setPlace({ id: null, fresh: true })}>
              <MessageSquarePlus /> New chat
            </Button>
          }
        />
      </div>
      <div className="grid min-h-0 min-w-0 flex-1 md:grid-cols-[minmax(15rem,20rem)_minmax(0,1fr)]">
        <div className={cn("flex min-h-0 min-w-0 flex-col border-r", open && "max-md:hidden")}>
          <ChatList
            chosen={id}
            agentId={agent}
            onAgent={(value) => void setPlace({ agent: value })}
            onChoose={(value) => void setPlace({ id: value, fresh: null })}
          />
        </div>
        <div className={cn("flex min-h-0 min-w-0 flex-col bg-surface", !open && "max-md:hidden")}>
          {id !== null ? (
            <ChatThread key={id} id={id} parts={parts} onClose={close} />
          ) : fresh ? (
            <NewChat
              initialAgent={agent}
              parts={parts}
              onBegun={(begun) => void setPlace({ id: begun, fresh: null })}
              onClose={close}
            />
          ) : (
            <EmptyState
              icon={<ChatIcon />}
              title="Choose a chat"
              action={
                <Button refused={refused} onClick={() => void setPlace({ fresh: true })}>
                  <MessageSquarePlus /> New chat
                </Button>
              }
            >
              An agent remembers the earlier turns of a chat. Each turn is a run: its trace is one click away.
            </EmptyState>
          )}
        </div>
      </div>
    </div>
  );
}
