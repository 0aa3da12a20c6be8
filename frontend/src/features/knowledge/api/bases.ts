import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import {
  changeKnowledgeBase,
  createKnowledgeBase,
  deleteKnowledgeBase,
  getKnowledgeBase,
  type KnowledgeBaseBody,
  type KnowledgeBaseChanges,
  type KnowledgeBaseDetails,
  listKnowledgeBases,
  reindexKnowledgeBase,
} from "@/lib/api";

import { knowledgeKeys } from "./keys";

const WHILE_INDEXING_MS = 1500;

/** Whether documents are being taken in: then it is looked again soon. */
export function isBusy(base: KnowledgeBaseDetails): boolean {
  return base.status === "indexing" || base.is_reindexing;
}

/** The knowledge bases that the caller may read, newest first, page by page. */
export function basesQuery() {
  return infiniteQueryOptions({
    queryKey: knowledgeKeys.list,
    queryFn: async ({ pageParam, signal }) =>
      (await listKnowledgeBases({ query: { cursor: pageParam, limit: 50 }, signal, throwOnError: true })).data,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
  });
}

/** One knowledge base; looked at again while documents are taken in. */
export function baseQuery(id: string) {
  return queryOptions({
    queryKey: knowledgeKeys.one(id),
    queryFn: async ({ signal }) => (await getKnowledgeBase({ path: { kb_id: id }, signal, throwOnError: true })).data,
    refetchInterval: ({ state }) => (state.data && isBusy(state.data) ? WHILE_INDEXING_MS : false),
  });
}

export async function createBase(body: KnowledgeBaseBody): Promise<KnowledgeBaseDetails> {
  return (await createKnowledgeBase({ body, throwOnError: true })).data;
}

export async function changeBase(id: string, body: KnowledgeBaseChanges): Promise<KnowledgeBaseDetails> {
  return (await changeKnowledgeBase({ path: { kb_id: id }, body, throwOnError: true })).data;
}

export async function deleteBase(id: string): Promise<void> {
  await deleteKnowledgeBase({ path: { kb_id: id }, throwOnError: true });
}

export async function reindexBase(id: string): Promise<KnowledgeBaseDetails> {
  return (await reindexKnowledgeBase({ path: { kb_id: id }, throwOnError: true })).data;
}
