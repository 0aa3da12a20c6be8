const all = ["conversations"] as const;

export interface ConversationFilters {
  agent: string | null;
  other: string | null;
  search: string;
  status: "active" | "archived" | null;
}

export interface MessageFilters {
  search: string;
  from: string | null;
  iteration: number | null;
}

/** Keys of what this feature asks. */
export const conversationKeys = {
  all,
  lists: [...all, "list"] as const,
  list: (filters: ConversationFilters) => [...all, "list", filters] as const,
  recent: (limit: number) => [...all, "recent", limit] as const,
  one: (id: string) => [...all, "one", id] as const,
  allMessages: [...all, "messages"] as const,
  messages: (id: string, filters: MessageFilters) => [...all, "messages", id, filters] as const,
  stats: [...all, "stats"] as const,
  rules: [...all, "rules"] as const,
};
