"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";

import type { WorkflowBody } from "@/lib/api";
import { problemText } from "@/lib/problem";
import { toast } from "@/lib/toast";

import { cloneWorkflow, createWorkflow, removeWorkflow, restoreWorkflowVersion } from "../api/change-workflow";
import { workflowQuery } from "../api/get-workflow";
import { workflowKeys } from "../api/keys";

/** What can be done with workflows besides editing them, each with its words. */
export function useWorkflowActions() {
  const queryClient = useQueryClient();
  const router = useRouter();
  const refresh = () => queryClient.invalidateQueries({ queryKey: workflowKeys.all });
  const onError = (error: unknown) => void toast.error(problemText(error));
  const opened = async ({ id, name }: { id: string; name: string }) => {
    await refresh();
    toast.success(`${name} created`);
    router.push(`/workflows/${id}`);
  };

  const create = useMutation({ mutationFn: (body: WorkflowBody) => createWorkflow(body), onError, onSuccess: opened });
  const clone = useMutation({ mutationFn: cloneWorkflow, onError, onSuccess: opened });
  const remove = useMutation({
    mutationFn: ({ id }: { id: string; name: string }) => removeWorkflow(id),
    onError,
    onSuccess: async (_, { id, name }) => {
      queryClient.removeQueries({ queryKey: workflowKeys.one(id) });
      await refresh();
      toast.success(`${name} deleted`);
    },
  });
  const restore = useMutation({
    mutationFn: ({ id, version }: { id: string; version: number }) => restoreWorkflowVersion(id, version),
    onError,
    onSuccess: async (workflow, { version }) => {
      queryClient.setQueryData(workflowQuery(workflow.id).queryKey, workflow);
      await refresh();
      toast.success(`Version ${version} restored as version ${workflow.version}`);
    },
  });
  return { create, clone, remove, restore };
}
