import { queryKeys } from "@/lib/query-keys";

const one = (id: string, how: "one" | "fresh" = "one") => [...queryKeys.agents, how, id] as const;

/** Keys of what this feature asks. */
export const agentKeys = {
  all: queryKeys.agents,
  pages: (filters: { search: string; status: string | null; tool: string | null }) =>
    [...queryKeys.agents, "pages", filters] as const,
  one: (id: string) => one(id),
  /** Asked anew beside what the form holds. */
  fresh: (id: string) => one(id, "fresh"),
  conflict: (version: unknown) => [...queryKeys.agents, "conflict", version] as const,
  versions: (id: string) => [...queryKeys.agents, "versions", id] as const,
  guardrails: (id: string) => [...queryKeys.agents, "guardrails", id] as const,
  handoffs: (id: string) => [...queryKeys.agents, "handoffs", id] as const,
  modelFit: (model: string | null | undefined, tools: boolean) => [...queryKeys.models, "fit", model, tools] as const,
};
