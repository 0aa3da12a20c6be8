const all = ["workflows"] as const;

/** Keys of what this feature asks. */
export const workflowKeys = {
  all,
  pages: (filters: { search: string; process: string | null }) => [...all, "pages", filters] as const,
  names: [...all, "names"] as const,
  templates: [...all, "templates"] as const,
  one: (id: string) => [...all, "one", id] as const,
  /** Asked anew beside what the canvas holds. */
  fresh: (id: string, version: unknown) => [...all, "fresh", id, version] as const,
  versions: (id: string) => [...all, "versions", id] as const,
  version: (id: string, version: number) => [...all, "versions", id, version] as const,
  check: (id: string, draft: unknown) => [...all, "check", id, draft] as const,
  simulation: (id: string, trial: unknown) => [...all, "simulation", id, trial] as const,
  runs: (id: string) => [...all, "runs", id] as const,
};
