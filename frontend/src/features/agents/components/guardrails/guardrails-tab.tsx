"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Pencil, Plus, ShieldCheck, Trash2 } from "lucide-react";
import { useState } from "react";

import { PageBody } from "@/components/layout/page";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Switch } from "@/components/ui/checkbox";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { IconButton } from "@/components/ui/icon-button";
import { Card, EmptyState, SkeletonRows } from "@/components/ui/surface";
import type { GuardrailOut } from "@/lib/api";
import { problemText } from "@/lib/problem";
import { toast } from "@/lib/toast";
import { useRefusal } from "@/lib/use-permissions";

import { changeGuardrail, guardrailsQuery, removeGuardrail } from "../../api/guardrails";
import { agentKeys } from "../../api/keys";
import { actions, kinds, type Stage, stages } from "../../model/guardrail-draft";
import { GuardrailDialog } from "./guardrail-dialog";

const onError = (error: unknown) => toast.error(problemText(error));

/** The rules that an agent's input, output and tool calls must pass, by their stage. */
export function GuardrailsTab({ agentId }: { agentId: string }) {
  const { data, error } = useQuery(guardrailsQuery(agentId));
  const refused = useRefusal("agents:write");
  const [editing, setEditing] = useState<GuardrailOut | "new" | null>(null);
  const add = (
    <Button variant="primary" refused={refused} onClick={() => setEditing("new")}>
      <Plus /> Add a guardrail
    </Button>
  );
  return (
    <PageBody className="flex max-w-4xl flex-col gap-4">
      {error && (
        <Callout tone="bad" title="The guardrails could not be loaded">
          {problemText(error)}
        </Callout>
      )}
      {!data && !error && <SkeletonRows rows={3} />}
      {data?.length === 0 && (
        <EmptyState icon={<ShieldCheck />} title="No guardrails" action={add}>
          A guardrail looks at what the agent is asked, what it answers or what it calls, and blocks it, takes out what
          it finds, warns, or asks a person. Each verdict stands in the trace.
        </EmptyState>
      )}
      {data && data.length > 0 && (
        <>
          <div className="flex flex-wrap items-center justify-between gap-2">
            <p className="text-sm text-ink-2">They count for runs that begin after a change.</p>
            {add}
          </div>
          {(Object.keys(stages) as Stage[]).map((stage) => {
            const own = data.filter((guardrail) => guardrail.stage === stage);
            return own.length > 0 && <StageCard key={stage} stage={stage} guardrails={own} onEdit={setEditing} />;
          })}
        </>
      )}
      {editing && (
        <GuardrailDialog
          agentId={agentId}
          guardrail={editing === "new" ? undefined : editing}
          onClose={() => setEditing(null)}
        />
      )}
    </PageBody>
  );
}

function StageCard({
  stage,
  guardrails,
  onEdit,
}: {
  stage: Stage;
  guardrails: readonly GuardrailOut[];
  onEdit: (guardrail: GuardrailOut) => void;
}) {
  return (
    <Card>
      <h2 className="border-b px-4 py-2 font-semibold">
        {stages[stage].label} <span className="text-xs font-normal text-ink-3">{stages[stage].text}</span>
      </h2>
      <ul aria-label={`Guardrails of the ${stages[stage].label.toLowerCase()}`} className="divide-y">
        {guardrails.map((guardrail) => (
          <Row key={guardrail.id} guardrail={guardrail} onEdit={() => onEdit(guardrail)} />
        ))}
      </ul>
    </Card>
  );
}

function Row({ guardrail, onEdit }: { guardrail: GuardrailOut; onEdit: () => void }) {
  const { name, kind, action, enabled, hold_back, stage, agent_id } = guardrail;
  const refused = useRefusal("agents:write");
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries({ queryKey: agentKeys.guardrails(agent_id) });
  const [asking, setAsking] = useState(false);
  const toggle = useMutation({
    mutationFn: (on: boolean) => changeGuardrail(guardrail, { enabled: on }),
    onError,
    onSuccess: refresh,
  });
  const remove = useMutation({ mutationFn: () => removeGuardrail(guardrail), onError, onSuccess: refresh });
  return (
    <li className="flex items-center gap-3 px-4 py-2">
      <Switch label={`${name} is on`} checked={enabled} refused={refused} onChange={(on) => toggle.mutate(on)} />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-1.5">
          <span className="truncate font-medium">{name}</span>
          <Badge tone={action === "block" ? "bad" : action === "warn" ? "warn" : "accent"}>
            {actions[action].label}
          </Badge>
          {stage === "output" && !hold_back && <Badge tone="outline">streams at once</Badge>}
        </p>
        <p className="truncate text-xs text-ink-3">
          {kinds[kind].label}: {kinds[kind].text.toLowerCase()}
        </p>
      </div>
      {refused === undefined && (
        <>
          <IconButton label={`Change ${name}`} onClick={onEdit}>
            <Pencil />
          </IconButton>
          <IconButton label={`Remove ${name}`} onClick={() => setAsking(true)}>
            <Trash2 />
          </IconButton>
        </>
      )}
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Remove ${name}?`}
        description="Runs that begin afterwards go without it."
        action="Remove"
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
      />
    </li>
  );
}
