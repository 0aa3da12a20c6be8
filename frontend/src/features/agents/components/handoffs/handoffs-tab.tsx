"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowRight, Pencil, Plus, Trash2 } from "lucide-react";
import Link from "next/link";
import { useState } from "react";

import { PageBody } from "@/components/layout/page";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { IconButton } from "@/components/ui/icon-button";
import { Card, EmptyState, SkeletonRows } from "@/components/ui/surface";
import type { HandoffOut } from "@/lib/api";
import { problemText } from "@/lib/problem";
import { agentsQuery } from "@/lib/queries";
import { toast } from "@/lib/toast";
import { useRefusal } from "@/lib/use-permissions";

import { handoffsQuery, removeHandoff } from "../../api/handoffs";
import { agentKeys } from "../../api/keys";
import { whenWords } from "../../model/handoff-draft";
import { HandoffDialog } from "./handoff-dialog";

/** To whom an agent may give a run over, and when; in the order in which conditions are asked. */
export function HandoffsTab({ agentId }: { agentId: string }) {
  const { data, error } = useQuery(handoffsQuery(agentId));
  const refused = useRefusal("agents:write");
  const [editing, setEditing] = useState<HandoffOut | "new" | null>(null);
  const add = (
    <Button variant="primary" refused={refused} onClick={() => setEditing("new")}>
      <Plus /> Add a handoff
    </Button>
  );
  return (
    <PageBody className="flex max-w-4xl flex-col gap-4">
      {error && (
        <Callout tone="bad" title="The handoffs could not be loaded">
          {problemText(error)}
        </Callout>
      )}
      {!data && !error && <SkeletonRows rows={3} />}
      {data?.length === 0 && (
        <EmptyState icon={<ArrowRight />} title="No handoffs" action={add}>
          With a handoff this agent may give the rest of a run to another one, which then answers in a run of its own:
          by its model&apos;s choice, or by a condition on its answer.
        </EmptyState>
      )}
      {data && data.length > 0 && (
        <>
          <div className="flex flex-wrap items-center justify-between gap-2">
            <p className="text-sm text-ink-2">
              The first whose condition holds is taken. They count for runs that begin after a change.
            </p>
            {add}
          </div>
          <Card>
            <ol aria-label="Handoffs" className="divide-y">
              {data.map((handoff) => (
                <Row key={handoff.id} handoff={handoff} onEdit={() => setEditing(handoff)} />
              ))}
            </ol>
          </Card>
        </>
      )}
      {editing && (
        <HandoffDialog
          agentId={agentId}
          handoff={editing === "new" ? undefined : editing}
          taken={(data ?? []).map(({ target_agent_id }) => target_agent_id)}
          onClose={() => setEditing(null)}
        />
      )}
    </PageBody>
  );
}

function Row({ handoff, onEdit }: { handoff: HandoffOut; onEdit: () => void }) {
  const { agent_id, target_agent_id, description, condition, input_mapping } = handoff;
  const agents = useQuery(agentsQuery());
  const refused = useRefusal("agents:write");
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState(false);
  const target = agents.data?.agents.find(({ id }) => id === target_agent_id)?.name ?? "…";
  const remove = useMutation({
    mutationFn: () => removeHandoff(handoff),
    onError: (error) => toast.error(problemText(error)),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: agentKeys.handoffs(agent_id) }),
  });
  const carried = Object.keys(input_mapping);
  return (
    <li className="flex items-start gap-3 px-4 py-2.5">
      <ArrowRight aria-hidden className="mt-1 size-4 shrink-0 text-ink-3" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2">
          <span className="text-ink-2">to</span>
          <Link href={`/agents/${target_agent_id}`} className="font-medium hover:underline">
            {target}
          </Link>
          <Badge tone={condition === null ? "model" : "outline"} className="max-w-full truncate">
            {whenWords(condition)}
          </Badge>
        </p>
        <p className="text-sm break-words text-ink-2">{description}</p>
        {carried.length > 0 && <p className="text-xs text-ink-3">takes along: {carried.join(", ")}</p>}
      </div>
      {refused === undefined && (
        <span className="flex">
          <IconButton label={`Change the handoff to ${target}`} onClick={onEdit}>
            <Pencil />
          </IconButton>
          <IconButton label={`Remove the handoff to ${target}`} onClick={() => setAsking(true)}>
            <Trash2 />
          </IconButton>
        </span>
      )}
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Remove the handoff to ${target}?`}
        description="Runs that begin afterwards go without it."
        action="Remove"
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
      />
    </li>
  );
}
