import { queryKeys } from "@/lib/query-keys";

const all = queryKeys.knowledge;

/** Keys of what this feature asks. */
export const knowledgeKeys = {
  all,
  list: [...all, "list"] as const,
  one: (id: string) => [...all, "one", id] as const,
  documents: (id: string) => [...all, "documents", id] as const,
  chunks: (id: string, document: string, skip: number) => [...all, "chunks", id, document, skip] as const,
};
