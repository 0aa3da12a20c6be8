"use client";

import { Copy, Ellipsis, Trash2 } from "lucide-react";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Menu, MenuItem } from "@/components/ui/menu";
import { useRefusal } from "@/lib/use-permissions";

import { useWorkflowActions } from "../../hooks/use-workflow-actions";

interface WorkflowMenuProps {
  workflow: { id: string; name: string };
  onDeleted?: () => void;
}

/** Clone, delete; nothing for those who may not. */
export function WorkflowMenu({ workflow, onDeleted }: WorkflowMenuProps) {
  const { clone, remove } = useWorkflowActions();
  const [deleting, setDeleting] = useState(false);
  const refused = useRefusal("workflows:write");
  if (refused !== undefined) return null;
  return (
    <>
      <Menu
        trigger={
          <Button size="icon" variant="ghost" aria-label={`Actions for ${workflow.name}`}>
            <Ellipsis />
          </Button>
        }
      >
        <MenuItem onSelect={() => clone.mutate(workflow.id)}>
          <Copy /> Clone
        </MenuItem>
        <MenuItem danger onSelect={() => setDeleting(true)}>
          <Trash2 /> Delete …
        </MenuItem>
      </Menu>
      <ConfirmDialog
        open={deleting}
        onOpenChange={setDeleting}
        title={`Delete ${workflow.name}?`}
        description="The workflow and all its versions are removed for good. Its runs and their traces stay."
        action="Delete"
        busy={remove.isPending}
        onConfirm={() =>
          remove.mutate(workflow, {
            onSuccess: () => {
              setDeleting(false);
              onDeleted?.();
            },
          })
        }
      />
    </>
  );
}
