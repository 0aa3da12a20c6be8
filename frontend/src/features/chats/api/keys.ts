const all = ["chats"] as const;

/** Keys of what this feature asks. */
export const chatKeys = {
  all,
  lists: [...all, "list"] as const,
  list: (agentId: string | null) => [...all, "list", agentId] as const,
  recent: (limit: number) => [...all, "recent", limit] as const,
  one: (id: string) => [...all, "one", id] as const,
};
