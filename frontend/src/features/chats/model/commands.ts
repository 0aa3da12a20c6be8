import { queryOptions } from "@tanstack/react-query";

import { listChats } from "@/lib/api";
import { commandSource } from "@/lib/feature";
import { oneLine } from "@/lib/format";

import { chatKeys } from "../api/keys";

const RECENT = 30;

const recentQuery = () =>
  queryOptions({
    queryKey: chatKeys.recent(RECENT),
    queryFn: async ({ signal }) => (await listChats({ query: { limit: RECENT }, signal, throwOnError: true })).data,
  });

/** The latest chats by their first question. */
export const chatCommands = commandSource(recentQuery, ({ chats }) =>
  chats.map(({ id, first_query, agent_name }) => ({
    id: `chat-${id}`,
    group: "Chats",
    label: oneLine(first_query, 80),
    words: `${agent_name} conversation`,
    hint: agent_name,
    href: `/chats?id=${encodeURIComponent(id)}`,
  })),
);
