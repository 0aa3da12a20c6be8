"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { problemText } from "@/lib/problem";
import { agentsQuery } from "@/lib/queries";
import { toast } from "@/lib/toast";

import { attach, detach, fileQuery, type Subject, workflowChoices } from "../api/file-uses";
import { fileKeys } from "../api/keys";

/** What has a file, what else could have it, and both changed. */
export function useFileUses(fileId: string) {
  const queryClient = useQueryClient();
  const file = useQuery(fileQuery(fileId));
  const agents = useQuery(agentsQuery());
  const workflows = useQuery(workflowChoices());
  const refresh = () => queryClient.invalidateQueries({ queryKey: fileKeys.one(fileId) });
  const onError = (error: unknown) => toast.error(problemText(error));
  const add = useMutation({
    mutationFn: (subject: Subject) => attach(fileId, subject),
    onError,
    onSuccess: refresh,
  });
  const remove = useMutation({
    mutationFn: (subject: Subject) => detach(fileId, subject),
    onError,
    onSuccess: refresh,
  });
  const uses = file.data?.used_by ?? [];
  const used = new Set(uses.map(({ kind, id }) => `${kind}/${id}`));
  const all = [
    ...(agents.data?.agents ?? []).map(({ id, name }) => ({ value: `agent/${id}`, label: name })),
    ...(workflows.data?.workflows ?? []).map(({ id, name }) => ({
      value: `workflow/${id}`,
      label: `${name} (workflow)`,
    })),
  ];
  return {
    uses,
    choices: all.filter(({ value }) => !used.has(value)),
    error: file.error,
    isPending: file.isPending,
    busy: add.isPending || remove.isPending,
    add: (value: string) => add.mutate(subjectOf(value)),
    remove: (subject: Subject) => remove.mutate(subject),
  };
}

function subjectOf(value: string): Subject {
  const [kind, id = ""] = value.split("/");
  return { kind: kind === "workflow" ? "workflow" : "agent", id };
}
