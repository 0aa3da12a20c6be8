const all = ["teams"] as const;

/** Keys of what this feature asks. */
export const teamKeys = {
  all,
  list: [...all, "list"] as const,
  recent: (limit: number) => [...all, "recent", limit] as const,
  /** Everything about one run. */
  run: (id: string) => [...all, "run", id] as const,
  one: (id: string) => [...all, "run", id, "detail"] as const,
  status: (id: string) => [...all, "run", id, "status"] as const,
  iterations: (id: string) => [...all, "run", id, "iterations"] as const,
};
