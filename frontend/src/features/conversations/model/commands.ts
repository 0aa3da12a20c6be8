import { queryOptions } from "@tanstack/react-query";

import { listConversations } from "@/lib/api";
import { commandSource } from "@/lib/feature";

import { conversationKeys } from "../api/keys";

const RECENT = 30;

const recentQuery = () =>
  queryOptions({
    queryKey: conversationKeys.recent(RECENT),
    queryFn: async ({ signal }) =>
      (await listConversations({ query: { limit: RECENT }, signal, throwOnError: true })).data,
  });

/** The latest dialogues by the two who have them, and the pages about all of them. */
export const conversationCommands = commandSource(recentQuery, ({ conversations }) => [
  {
    id: "dialogues-flow",
    group: "Dialogues",
    label: "Who talks to whom",
    href: "/dialogues?tab=flow",
    hint: "picture",
  },
  {
    id: "dialogues-rules",
    group: "Dialogues",
    label: "Rules of dialogues",
    href: "/dialogues?tab=rules",
    hint: "open",
  },
  ...conversations.map(({ conversation_id, participants, message_count }) => ({
    id: `dialogue-${conversation_id}`,
    group: "Dialogues",
    label: participants.join(" and "),
    words: "conversation messages",
    hint: `${message_count} messages`,
    href: `/dialogues?id=${conversation_id}`,
  })),
]);
