"use client";

import { Copy, Ellipsis, Power, Trash2 } from "lucide-react";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { Menu, MenuItem } from "@/components/ui/menu";
import type { AgentOut } from "@/lib/api";
import { useRefusal } from "@/lib/use-permissions";

import { useAgentActions } from "../hooks/use-agent-actions";
import { DeleteAgentDialog } from "./delete-agent-dialog";

/** Clone, enable or disable, delete; nothing for those who may not. */
export function AgentMenu({ agent, onDeleted }: { agent: AgentOut; onDeleted?: () => void }) {
  const { clone, setStatus } = useAgentActions();
  const [deleting, setDeleting] = useState(false);
  const refused = useRefusal("agents:write");
  const disabled = agent.status === "disabled";
  if (refused !== undefined) return null;
  return (
    <>
      <Menu
        trigger={
          <Button size="icon" variant="ghost" aria-label={`Actions for ${agent.name}`}>
            <Ellipsis />
          </Button>
        }
      >
        <MenuItem onSelect={() => clone.mutate(agent.id)}>
          <Copy /> Clone
        </MenuItem>
        <MenuItem onSelect={() => setStatus.mutate({ ids: [agent.id], action: disabled ? "enable" : "disable" })}>
          <Power /> {disabled ? "Enable" : "Disable"}
        </MenuItem>
        <MenuItem danger onSelect={() => setDeleting(true)}>
          <Trash2 /> Delete …
        </MenuItem>
      </Menu>
      <DeleteAgentDialog
        agent={deleting ? agent : null}
        onClose={() => setDeleting(false)}
        {...(onDeleted ? { onDeleted } : {})}
      />
    </>
  );
}
