/** Messages between agents as they come in and as they are shown. Pure. */
import type { InfiniteData } from "@tanstack/react-query";

import type { MessageList, MessageOut } from "@/lib/api";

export type MessagePages = InfiniteData<MessageList, unknown>;

/** A message that was just stored, from the stream; undefined for anything else. */
export function readNews(data: string): MessageOut | undefined {
  try {
    const news = JSON.parse(data) as { type?: unknown; message?: Partial<MessageOut> } | null;
    const message = news?.type === "new_message" ? news.message : undefined;
    if (typeof message?.id !== "string" || typeof message.from_agent !== "string") return undefined;
    return message as MessageOut;
  } catch {
    return undefined;
  }
}

/** Whether a message is of the conversation of these two. */
export function isBetween(message: Pick<MessageOut, "from_agent" | "to_agent">, pair: readonly string[]): boolean {
  return pair.includes(message.from_agent) && pair.includes(message.to_agent);
}

/** The pages with one more message as the latest; what is there already changes nothing. */
export function withMessage(pages: MessagePages, message: MessageOut): MessagePages {
  const [first, ...rest] = pages.pages;
  if (!first || pages.pages.some(({ messages }) => messages.some(({ id }) => id === message.id))) return pages;
  return {
    ...pages,
    pages: [{ ...first, messages: [message, ...first.messages], total: first.total + 1 }, ...rest],
  };
}

/** All messages that are loaded, in the order in which they were said, each once. */
export function inOrder(pages: MessagePages | undefined): MessageOut[] {
  const seen = new Map<string, MessageOut>();
  // A page asked for after a message came in begins one place earlier: the same message is then in two of them.
  for (const { messages } of pages?.pages ?? []) for (const message of messages) seen.set(message.id, message);
  return [...seen.values()].reverse();
}

/** Where it stands: left when the sender's name sorts before the receiver's, else right. */
export function sideOf({ from_agent, to_agent }: Pick<MessageOut, "from_agent" | "to_agent">): "left" | "right" {
  return from_agent < to_agent ? "left" : "right";
}
