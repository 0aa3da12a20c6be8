"use client";

import { type ChatParts, Chats } from "@/features/chats/components/chats";
import { AskBox } from "@/features/executions/components/ask/ask-box";
import { ExecutionTurn } from "@/features/executions/components/ask/execution-turn";

const parts: ChatParts = {
  turn: (execution, onEnd) => <ExecutionTurn execution={execution} onEnd={onEnd} />,
  composer: (props) => <AskBox {...props} />,
};

/** Chats, whose turns are executions. */
export function ChatsRoute() {
  return <Chats parts={parts} />;
}
