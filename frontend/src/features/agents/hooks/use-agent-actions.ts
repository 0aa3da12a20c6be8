"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";

import { problemText } from "@/lib/problem";
import { toast } from "@/lib/toast";

import { cloneAgent } from "../api/clone-agent";
import { deleteAgent } from "../api/delete-agent";
import { agentKeys } from "../api/keys";
import { restoreAgentVersion } from "../api/restore-agent-version";
import { setAgentsStatus } from "../api/set-agents-status";

/** What can be done with agents besides editing them, each with its words. */
export function useAgentActions() {
  const queryClient = useQueryClient();
  const router = useRouter();
  const refresh = () => queryClient.invalidateQueries({ queryKey: agentKeys.all });
  const onError = (error: unknown) => void toast.error(problemText(error));

  const clone = useMutation({
    mutationFn: cloneAgent,
    onError,
    onSuccess: async (copy) => {
      await refresh();
      toast.success(`${copy.name} created`);
      router.push(`/agents/${copy.id}`);
    },
  });
  const remove = useMutation({
    mutationFn: ({ id }: { id: string; name: string }) => deleteAgent(id),
    onError,
    onSuccess: async (_, { id, name }) => {
      queryClient.removeQueries({ queryKey: agentKeys.one(id) });
      await refresh();
      toast.success(`${name} deleted`);
    },
  });
  const setStatus = useMutation({
    mutationFn: ({ ids, action }: { ids: string[]; action: "enable" | "disable" }) => setAgentsStatus(ids, action),
    onError,
    onSuccess: async ({ total }, { action }) => {
      await refresh();
      toast.success(`${total} ${total === 1 ? "agent" : "agents"} ${action}d`);
    },
  });
  const restore = useMutation({
    mutationFn: ({ id, version }: { id: string; version: number }) => restoreAgentVersion(id, version),
    onError,
    onSuccess: async (agent, { version }) => {
      await refresh();
      toast.success(`Version ${version} restored as version ${agent.version}`);
    },
  });
  return { clone, remove, setStatus, restore };
}
