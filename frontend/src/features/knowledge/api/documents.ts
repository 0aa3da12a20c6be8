import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import {
  addDocument,
  addTextContent,
  type DocumentList,
  listChunks,
  listDocuments,
  removeDocument as remove,
  retryDocuments,
} from "@/lib/api";

import { knowledgeKeys } from "./keys";

const WHILE_INDEXING_MS = 1500;
export const CHUNKS_SHOWN = 20;

function hasWaiting(pages: readonly DocumentList[]): boolean {
  return pages.some((page) =>
    page.documents.some(({ status }) => status === "pending_processing" || status === "processing"),
  );
}

/** The documents of a knowledge base, newest first; looked at again while some are taken in. */
export function documentsQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: knowledgeKeys.documents(id),
    queryFn: async ({ pageParam, signal }) =>
      (
        await listDocuments({
          path: { kb_id: id },
          query: { cursor: pageParam, limit: 50 },
          signal,
          throwOnError: true,
        })
      ).data,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    refetchInterval: ({ state }) => (state.data && hasWaiting(state.data.pages) ? WHILE_INDEXING_MS : false),
  });
}

/** A part of a document's chunks, in their order. */
export function chunksQuery(id: string, document: string, skip: number) {
  return queryOptions({
    queryKey: knowledgeKeys.chunks(id, document, skip),
    queryFn: async ({ signal }) =>
      (
        await listChunks({
          path: { kb_id: id, document_id: document },
          query: { skip, limit: CHUNKS_SHOWN },
          signal,
          throwOnError: true,
        })
      ).data,
  });
}

/** Take one of the caller's files in. */
export async function addFile(id: string, fileId: string): Promise<void> {
  await addDocument({ path: { kb_id: id }, body: { file_id: fileId }, throwOnError: true });
}

export interface Pages {
  url: string;
  max_pages: number;
  max_depth: number;
}

/** Take a web page in, and those it links to. */
export async function addPages(id: string, body: Pages): Promise<void> {
  await addDocument({ path: { kb_id: id }, body, throwOnError: true });
}

export async function addText(id: string, text: string, name: string | null): Promise<void> {
  await addTextContent({ path: { kb_id: id }, body: { text, name }, throwOnError: true });
}

/** Take documents in once more: these, or all that failed. */
export async function retry(id: string, documentIds: string[] | null): Promise<void> {
  await retryDocuments({ path: { kb_id: id }, body: { document_ids: documentIds }, throwOnError: true });
}

export async function removeDocument(id: string, documentId: string): Promise<void> {
  await remove({ path: { kb_id: id, document_id: documentId }, throwOnError: true });
}
