import { queryOptions } from "@tanstack/react-query";

import {
  attachFileToAgent,
  attachFileToWorkflow,
  detachFileFromAgent,
  detachFileFromWorkflow,
  getFile,
  listWorkflows,
} from "@/lib/api";

import { fileKeys } from "./keys";

export interface Subject {
  kind: "agent" | "workflow";
  id: string;
}

/** A file with what it is attached to. */
export function fileQuery(id: string) {
  return queryOptions({
    queryKey: fileKeys.one(id),
    queryFn: async ({ signal }) => (await getFile({ path: { file_id: id }, signal, throwOnError: true })).data,
  });
}

/** The workflows that a file could be attached to, the newest first. */
export function workflowChoices() {
  return queryOptions({
    queryKey: fileKeys.workflows,
    queryFn: async ({ signal }) => (await listWorkflows({ query: { limit: 500 }, signal, throwOnError: true })).data,
  });
}

export async function attach(fileId: string, { kind, id }: Subject): Promise<void> {
  const body = { file_id: fileId };
  if (kind === "agent") await attachFileToAgent({ path: { agent_id: id }, body, throwOnError: true });
  else await attachFileToWorkflow({ path: { workflow_id: id }, body, throwOnError: true });
}

export async function detach(fileId: string, { kind, id }: Subject): Promise<void> {
  if (kind === "agent") await detachFileFromAgent({ path: { agent_id: id, file_id: fileId }, throwOnError: true });
  else await detachFileFromWorkflow({ path: { workflow_id: id, file_id: fileId }, throwOnError: true });
}
