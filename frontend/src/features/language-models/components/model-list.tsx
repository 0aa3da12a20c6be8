"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";

import { PageBody, PageHeader } from "@/components/layout/page";
import { Badge } from "@/components/ui/badge";
import { Callout } from "@/components/ui/callout";
import { Switch } from "@/components/ui/checkbox";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { IconButton } from "@/components/ui/icon-button";
import { ModelIcon } from "@/components/ui/icons";
import { Card, EmptyState, SkeletonRows } from "@/components/ui/surface";
import type { Capabilities, ModelDetails } from "@/lib/api";
import { count } from "@/lib/format";
import { problemText } from "@/lib/problem";
import { toast } from "@/lib/toast";

import { deleteModel, modelsQuery, setModelEnabled } from "../api/models";
import { AddModel } from "./add-model";

/** The models that agents can use besides the server's own default. */
export function ModelList() {
  const { data, error } = useQuery(modelsQuery());
  return (
    <>
      <PageHeader title="Models" facts={data && <span className="nums text-ink-3">{data.total}</span>} description="Endpoints that answer your agents. Without any, the server's default does." />
      <PageBody className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <Card className="min-w-0 divide-y self-start">
          {error && <Callout tone="bad" className="m-3">{problemText(error)}</Callout>}
          {!data && !error && <SkeletonRows rows={3} />}
          {data?.models.length === 0 && (
            <EmptyState icon={<ModelIcon />} title="No models of your own yet">
              Add one of a provider you have a key for, or a local endpoint such as Ollama. Agents choose it by its name.
            </EmptyState>
          )}
          {data?.models.map((model) => <ModelRow key={model.id} model={model} />)}
        </Card>
        <AddModel />
      </PageBody>
    </>
  );
}

function ModelRow({ model }: { model: ModelDetails }) {
  const queryClient = useQueryClient();
  const [deleting, setDeleting] = useState(false);
  const refresh = () => queryClient.invalidateQueries({ queryKey: ["models"] });
  const onError = (problem: unknown) => toast.error(problemText(problem));
  const enable = useMutation({ mutationFn: (on: boolean) => setModelEnabled(model.id, on), onSuccess: refresh, onError });
  const remove = useMutation({ mutationFn: () => deleteModel(model.id), onSuccess: refresh, onError });
  return (
    <article aria-label={model.name} className="flex flex-wrap items-start gap-3 px-3 py-2.5">
      <div className="min-w-0 flex-1 basis-60">
        <div className="flex flex-wrap items-center gap-1.5">
          <h2 className="font-semibold">{model.name}</h2>
          {model.owner === "global" && <Badge tone="accent">for all</Badge>}
          {model.circuit !== "closed" && <Badge tone="warn">resting: {model.circuit}</Badge>}
          {!model.enabled && <Badge tone="warn">off</Badge>}
        </div>
        <p className="text-xs break-words text-ink-2">
          {model.provider_name} · <code className="font-mono">{model.model_identifier}</code>
          {model.endpoint_url && ` · ${model.endpoint_url}`}
        </p>
        <CapabilityBadges capabilities={model.capabilities} />
        {model.warnings.map((warning) => (
          <p key={warning} className="mt-1 text-xs text-warn-ink">{warning}</p>
        ))}
        <p className="mt-1 text-xs text-ink-3">
          {model.key_hint ? `key …${model.key_hint.slice(-4)}` : "no key"}
          {model.max_rpm ? `, at most ${model.max_rpm} calls a minute` : ""}
          {model.fallbacks.length > 0 ? `, then ${model.fallbacks.join(", ")}` : ""}
        </p>
      </div>
      <Switch label={`${model.name} may be used`} checked={model.enabled} onChange={(on) => enable.mutate(on)} />
      <IconButton label={`Delete ${model.name}`} variant="dangerGhost" onClick={() => setDeleting(true)}>
        <Trash2 />
      </IconButton>
      <ConfirmDialog open={deleting} onOpenChange={setDeleting} title={`Delete ${model.name}?`} description="Agents that name it can no longer run. Its key is forgotten." action="Delete" busy={remove.isPending} onConfirm={() => remove.mutate()} />
    </article>
  );
}

const words: [keyof Capabilities, string][] = [["tools", "tools"], ["streaming", "streaming"], ["structured_output", "structured output"], ["responses_api", "Responses API"], ["embeddings", "embeddings"]];

/** What a model can do, as far as it is known. */
export function CapabilityBadges({ capabilities }: { capabilities: Capabilities }) {
  return (
    <div className="mt-1 flex flex-wrap gap-1">
      {words.filter(([name]) => capabilities[name] === true).map(([name, word]) => <Badge key={name} tone="model">{word}</Badge>)}
      {capabilities.context_window && <Badge>{count(capabilities.context_window)} tokens</Badge>}
    </div>
  );
}
