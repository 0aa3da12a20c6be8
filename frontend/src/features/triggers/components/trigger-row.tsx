"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Ellipsis, KeyRound, Pencil, Trash2 } from "lucide-react";
import Link from "next/link";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { Switch } from "@/components/ui/checkbox";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { CopyButton } from "@/components/ui/copy-button";
import { Menu, MenuItem } from "@/components/ui/menu";
import type { TriggerOut, TriggerSecretOut } from "@/lib/api";
import { oneLine } from "@/lib/format";
import { problemText } from "@/lib/problem";
import { agentsQuery } from "@/lib/queries";
import { toast } from "@/lib/toast";
import { useRefusal } from "@/lib/use-permissions";

import { changeTrigger, removeTrigger, rotateSecret, startableWorkflowsQuery, triggerKeys } from "../api/triggers";

interface TriggerRowProps {
  trigger: TriggerOut;
  onEdit: () => void;
  onSecret: (trigger: TriggerSecretOut) => void;
}

const onError = (error: unknown) => toast.error(problemText(error));

/** One trigger: its address, what it starts with what, whether it is on. */
export function TriggerRow({ trigger, onEdit, onSecret }: TriggerRowProps) {
  const { id, name, enabled, url, agent_id, workflow_id } = trigger;
  const [asking, setAsking] = useState<"remove" | "rotate" | null>(null);
  const refused = useRefusal("triggers:write");
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries({ queryKey: triggerKeys.all });
  const settle = { onError, onSettled: () => setAsking(null) };
  const toggle = useMutation({
    mutationFn: (on: boolean) => changeTrigger(id, { enabled: on }),
    onError,
    onSuccess: refresh,
  });
  const remove = useMutation({ mutationFn: () => removeTrigger(id), ...settle, onSuccess: refresh });
  const rotate = useMutation({ mutationFn: () => rotateSecret(id), ...settle, onSuccess: onSecret });
  const agents = useQuery({ ...agentsQuery(), enabled: agent_id !== null });
  const workflows = useQuery({ ...startableWorkflowsQuery(), enabled: workflow_id !== null });
  const target =
    agent_id === null
      ? workflows.data?.find((workflow) => workflow.id === workflow_id)?.name
      : agents.data?.agents.find((agent) => agent.id === agent_id)?.name;
  return (
    <li className="flex items-start gap-3 px-4 py-2.5">
      <div className="flex h-6 items-center">
        <Switch label={`${name} is on`} checked={enabled} refused={refused} onChange={(on) => toggle.mutate(on)} />
      </div>
      <div className="flex min-w-0 flex-1 flex-col gap-0.5">
        <p className="flex min-w-0 flex-wrap items-baseline gap-x-2">
          <span className="truncate font-medium">{name}</span>
          <span className="min-w-0 truncate text-sm text-ink-2">
            starts {agent_id === null ? "the workflow" : "the agent"}{" "}
            <Link
              href={agent_id === null ? `/workflows/${workflow_id ?? ""}` : `/agents/${agent_id}`}
              className="text-accent-ink underline underline-offset-2"
            >
              {target ?? "…"}
            </Link>
          </span>
        </p>
        <p className="flex min-w-0 items-center gap-1">
          <code className="truncate font-mono text-xs text-ink-2">{url}</code>
          <CopyButton text={`${window.location.origin}${url}`} label={`Copy the address of ${name}`} size="iconSm" />
        </p>
        <p className="truncate text-xs text-ink-3">{withWhat(trigger)}</p>
      </div>
      {refused === undefined && (
        <Menu
          trigger={
            <Button size="icon" variant="ghost" aria-label={`Actions for ${name}`}>
              <Ellipsis />
            </Button>
          }
        >
          <MenuItem onSelect={onEdit}>
            <Pencil /> Change …
          </MenuItem>
          <MenuItem onSelect={() => setAsking("rotate")}>
            <KeyRound /> New secret …
          </MenuItem>
          <MenuItem danger onSelect={() => setAsking("remove")}>
            <Trash2 /> Remove …
          </MenuItem>
        </Menu>
      )}
      <ConfirmDialog
        open={asking === "rotate"}
        onOpenChange={(open) => !open && setAsking(null)}
        title={`Make another secret for ${name}?`}
        description="Messages that are signed with the present one are refused from then on."
        action="Make a new secret"
        busy={rotate.isPending}
        onConfirm={() => rotate.mutate()}
      />
      <ConfirmDialog
        open={asking === "remove"}
        onOpenChange={(open) => !open && setAsking(null)}
        title={`Remove ${name}?`}
        description="Messages to its address are refused from then on. What it has started stays."
        action="Remove"
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
      />
    </li>
  );
}

function withWhat({ agent_id, query, inputs }: TriggerOut): string {
  if (agent_id !== null) return query ? oneLine(query, 120) : "with the message as it is";
  const named = Object.entries(inputs).map(([name, path]) => `${name} = ${path}`);
  return named.length > 0 ? named.join(", ") : "with the whole message as payload";
}
