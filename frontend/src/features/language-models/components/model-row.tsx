"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Pencil, Trash2 } from "lucide-react";
import { useState } from "react";

import { Badge } from "@/components/ui/badge";
import { Switch } from "@/components/ui/checkbox";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Dialog } from "@/components/ui/dialog";
import { IconButton } from "@/components/ui/icon-button";
import type { Capabilities, ModelDetails } from "@/lib/api";
import { count } from "@/lib/format";
import { problemText } from "@/lib/problem";
import { toast } from "@/lib/toast";
import { usePermissions } from "@/lib/use-permissions";

import { modelKeys } from "../api/keys";
import { changeModel, deleteModel } from "../api/models";
import { changedModel, draftOf } from "../model/model-draft";
import { ModelForm } from "./model-form";
import { HealthBadge, ModelHealth } from "./model-health";

/** One model: what it can do, how its endpoint is, what should be known before it is used. */
export function ModelRow({ model }: { model: ModelDetails }) {
  const queryClient = useQueryClient();
  const [deleting, setDeleting] = useState(false);
  const [editing, setEditing] = useState(false);
  const may = usePermissions();
  // Models for all are an administrator's.
  const mayChange = may("models:write") && (model.owner === "own" || may("users:write"));
  const refresh = () => queryClient.invalidateQueries({ queryKey: modelKeys.all });
  const onError = (problem: unknown) => toast.error(problemText(problem));
  const enable = useMutation({
    mutationFn: (on: boolean) => changeModel(model.id, { enabled: on }),
    onSuccess: refresh,
    onError,
  });
  const remove = useMutation({ mutationFn: () => deleteModel(model.id), onSuccess: refresh, onError });
  return (
    <article aria-label={model.name} className="flex flex-wrap items-start gap-3 px-3 py-2.5">
      <div className="min-w-0 flex-1 basis-60">
        <div className="flex flex-wrap items-center gap-1.5">
          <h2 className="font-semibold">{model.name}</h2>
          {model.owner === "global" && <Badge tone="accent">for all</Badge>}
          {model.circuit !== "closed" && (
            <Badge tone="warn">{model.circuit === "open" ? "circuit open" : "being tried again"}</Badge>
          )}
          <HealthBadge model={model} />
          {!model.enabled && <Badge tone="warn">off</Badge>}
        </div>
        <p className="text-xs break-words text-ink-2">
          {model.provider_name} · <code className="font-mono">{model.model_identifier}</code>
          {model.endpoint_url && ` · ${model.endpoint_url}`}
        </p>
        <CapabilityBadges capabilities={model.capabilities} />
        {model.warnings.map((warning) => (
          <p key={warning} className="mt-1 text-xs text-warn-ink">
            {warning}
          </p>
        ))}
        <p className="mt-1 text-xs text-ink-3">
          {model.key_hint ? `key ${model.key_hint}` : model.key_id ? "a stored key" : "no key of its own"}
          {model.max_rpm ? `, at most ${model.max_rpm} calls a minute` : ""}
          {model.fallbacks.length > 0 ? `, then ${model.fallbacks.join(", ")}` : ""}
        </p>
        <ModelHealth model={model} mayChange={mayChange} />
      </div>
      {mayChange && (
        <>
          <Switch label={`${model.name} may be used`} checked={model.enabled} onChange={(on) => enable.mutate(on)} />
          <IconButton label={`Change ${model.name}`} onClick={() => setEditing(true)}>
            <Pencil />
          </IconButton>
          <IconButton label={`Delete ${model.name}`} variant="dangerGhost" onClick={() => setDeleting(true)}>
            <Trash2 />
          </IconButton>
        </>
      )}
      <Dialog
        open={editing}
        onOpenChange={setEditing}
        title={`Change ${model.name}`}
        description="Another provider or address drops the key unless you give one."
      >
        <ModelForm
          label={`Change ${model.name}`}
          action="Save"
          initial={draftOf(model)}
          keyHint={model.key_hint}
          onSubmit={async (draft) => {
            await changeModel(model.id, changedModel(draft, model));
            setEditing(false);
            await refresh();
          }}
        />
      </Dialog>
      <ConfirmDialog
        open={deleting}
        onOpenChange={setDeleting}
        title={`Delete ${model.name}?`}
        description="Agents that name it can no longer run. Its key is forgotten."
        action="Delete"
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
      />
    </article>
  );
}

const words: [keyof Capabilities, string][] = [
  ["tools", "tools"],
  ["streaming", "streaming"],
  ["structured_output", "structured output"],
  ["responses_api", "Responses API"],
  ["embeddings", "embeddings"],
  ["parallel_tools", "parallel tools"],
  ["reasoning", "reasoning"],
];

/** What a model can do, as far as it is known. */
export function CapabilityBadges({ capabilities }: { capabilities: Capabilities }) {
  return (
    <div className="mt-1 flex flex-wrap gap-1">
      {words
        .filter(([name]) => capabilities[name] === true)
        .map(([name, word]) => (
          <Badge key={name} tone="model">
            {word}
          </Badge>
        ))}
      {capabilities.context_window && <Badge>{count(capabilities.context_window)} tokens</Badge>}
    </div>
  );
}
