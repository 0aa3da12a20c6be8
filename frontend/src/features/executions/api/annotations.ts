import { queryOptions } from "@tanstack/react-query";

import { deleteFeedback, deleteNotes, deleteTags, getAnnotations, setFeedback, setNotes, setTags } from "@/lib/api";

import { executionKeys } from "./keys";

/** What the caller says of a run: thumbs, notes, tags. `owner` is whose run it is, if somebody else's. */
export function annotationsQuery(id: string, owner: string | null = null) {
  return queryOptions({
    queryKey: executionKeys.annotations(id),
    queryFn: async ({ signal }) =>
      (await getAnnotations({ path: { execution_id: id }, query: { owner }, signal, throwOnError: true })).data,
  });
}

export type AnnotationChange =
  { feedback: { rating: "up" | "down"; comment?: string | null } | null } | { notes: string } | { tags: string[] };

/** Change one of them; what is empty is removed. */
export async function annotate(id: string, change: AnnotationChange) {
  const options = { path: { execution_id: id }, throwOnError: true } as const;
  if ("feedback" in change) {
    return change.feedback
      ? (await setFeedback({ ...options, body: change.feedback })).data
      : (await deleteFeedback(options)).data;
  }
  if ("notes" in change) {
    return change.notes
      ? (await setNotes({ ...options, body: { text: change.notes } })).data
      : (await deleteNotes(options)).data;
  }
  return change.tags.length > 0
    ? (await setTags({ ...options, body: { tags: change.tags } })).data
    : (await deleteTags(options)).data;
}
