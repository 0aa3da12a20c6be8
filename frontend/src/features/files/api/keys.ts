const all = ["files"] as const;

/** Keys of what this feature asks. */
export const fileKeys = {
  all,
  list: (search: string) => [...all, "list", search] as const,
  recent: (limit: number) => [...all, "recent", limit] as const,
  usage: [...all, "usage"] as const,
  workflows: [...all, "workflows"] as const,
  one: (id: string) => [...all, "one", id] as const,
};
