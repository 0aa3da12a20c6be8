const all = ["schedules"] as const;

/** Keys of what this feature asks. */
export const scheduleKeys = {
  all,
  list: (agentId: string | null) => [...all, "list", agentId] as const,
  recent: (limit: number) => [...all, "recent", limit] as const,
  one: (id: string) => [...all, "one", id] as const,
  preview: (cron: string, timeZone: string) => [...all, "preview", cron, timeZone] as const,
};
