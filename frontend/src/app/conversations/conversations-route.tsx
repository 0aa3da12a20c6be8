"use client";

import { type ConversationParts, Conversations } from "@/features/conversations/components/conversations";
import { AskBox } from "@/features/executions/components/ask-box";
import { ExecutionTurn } from "@/features/executions/components/execution-turn";

const parts: ConversationParts = {
  turn: (execution, onEnd) => <ExecutionTurn execution={execution} onEnd={onEnd} />,
  composer: (props) => <AskBox {...props} />,
};

/** Conversations, whose turns are executions. */
export function ConversationsRoute() {
  return <Conversations parts={parts} />;
}
