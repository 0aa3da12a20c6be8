"use client";

import { ConfirmDialog } from "@/components/ui/confirm-dialog";

import { useAgentActions } from "../hooks/use-agent-actions";

export interface DeleteAgentDialogProps {
  agent: { id: string; name: string } | null;
  onClose: () => void;
  onDeleted?: () => void;
}

/** Asks before an agent is deleted. */
export function DeleteAgentDialog({ agent, onClose, onDeleted }: DeleteAgentDialogProps) {
  const { remove } = useAgentActions();
  return (
    <ConfirmDialog
      open={agent !== null}
      onOpenChange={(open) => !open && onClose()}
      title={`Delete ${agent?.name ?? "the agent"}?`}
      description="The agent and all its versions are removed for good. Its runs and their traces stay."
      action="Delete"
      busy={remove.isPending}
      onConfirm={() =>
        agent &&
        remove.mutate(agent, {
          onSuccess: () => {
            onClose();
            onDeleted?.();
          },
        })
      }
    />
  );
}
