"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";

import type { ToolOut } from "@/lib/api";
import { problemText } from "@/lib/problem";
import { toast } from "@/lib/toast";

import { toolQuery } from "../api/get-tool";
import { toolKeys } from "../api/keys";
import { removeTool } from "../api/remove-tool";
import { restoreToolVersion } from "../api/restore-tool-version";
import { setToolStatus } from "../api/set-tool-status";

/** What can be done with a registered tool besides editing it, each with its words. */
export function useToolActions(name: string) {
  const queryClient = useQueryClient();
  const onError = (error: unknown) => toast.error(problemText(error));
  const keep = async (tool: ToolOut) => {
    queryClient.setQueryData(toolQuery(name).queryKey, tool);
    await queryClient.invalidateQueries({ queryKey: toolKeys.all });
  };
  const setStatus = useMutation({
    mutationFn: (disabled: boolean) => setToolStatus(name, disabled),
    onError,
    onSuccess: async (tool) => {
      await keep(tool);
      toast.success(`${name} ${tool.disabled ? "disabled: its calls are refused" : "enabled"}`);
    },
  });
  const restore = useMutation({
    mutationFn: (version: number) => restoreToolVersion(name, version),
    onError,
    onSuccess: async (tool, version) => {
      await keep(tool);
      toast.success(`Version ${version} restored as version ${tool.version}`);
    },
  });
  const remove = useMutation({
    mutationFn: () => removeTool(name),
    onError,
    onSuccess: () => {
      toast.success(`${name} removed`);
      queryClient.removeQueries({ queryKey: toolKeys.one(name) });
      void queryClient.invalidateQueries({ queryKey: toolKeys.all, exact: true });
    },
  });
  return { setStatus, restore, remove, keep };
}
