"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";

import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Field, fieldAria } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { Card, EmptyState, SkeletonRows } from "@/components/ui/surface";
import { dateTime } from "@/lib/format";
import { fieldProblems, problemText, toProblem } from "@/lib/problem";
import { toast } from "@/lib/toast";

import { modelKeys } from "../api/keys";
import { addKey, keysQuery, removeKey } from "../api/provider-keys";
import { providersQuery, testKey } from "../api/models";
import { ProviderKeyCheckResult } from "./key-test";

const empty = {
  provider: "openai",
  label: "",
  api_key: "",
  endpoint_url: "",
  purpose: "models" as "models" | "tracing",
};

/** Keys of providers that several models share; shown masked, sent to their provider only. */
export function ProviderKeys() {
  const queryClient = useQueryClient();
  const { data, error } = useQuery(keysQuery());
  const providers = useQuery(providersQuery()).data?.providers ?? [];
  const [removing, setRemoving] = useState<{ id: string; label: string } | null>(null);
  const remove = useMutation({
    mutationFn: removeKey,
    onError: (problem) => toast.error(problemText(problem)),
    onSuccess: async () => {
      setRemoving(null);
      await queryClient.invalidateQueries({ queryKey: modelKeys.all });
    },
  });
  const nameOf = (id: string) => providers.find((provider) => provider.id === id)?.name ?? id;
  return (
    <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <Card className="min-w-0 divide-y self-start">
        {error && (
          <Callout tone="bad" className="m-3">
            {problemText(error)}
          </Callout>
        )}
        {!data && !error && <SkeletonRows rows={3} />}
        {data?.length === 0 && (
          <EmptyState icon={<KeyRound />} title="No keys yet">
            A key stored here serves all your models of its provider. It is encrypted and never shown again.
          </EmptyState>
        )}
        {data?.map((key) => (
          <div key={key.id} className="flex items-center gap-3 px-3 py-2">
            <div className="min-w-0 flex-1">
              <p className="flex flex-wrap items-center gap-1.5 font-medium">
                {key.label} <code className="font-mono text-xs font-normal text-ink-3">{key.hint}</code>
                {key.purpose === "tracing" && <Badge tone="accent">tracing only</Badge>}
              </p>
              <p className="text-xs break-words text-ink-3">
                {nameOf(key.provider)}
                {key.endpoint_url && ` · ${key.endpoint_url}`}, added {dateTime(key.created_at)}
              </p>
            </div>
            <IconButton label={`Remove ${key.label}`} variant="dangerGhost" onClick={() => setRemoving(key)}>
              <Trash2 />
            </IconButton>
          </div>
        ))}
      </Card>
      <AddKey />
      <ConfirmDialog
        open={removing !== null}
        onOpenChange={(open) => !open && setRemoving(null)}
        title={`Remove ${removing?.label ?? "the key"}?`}
        description="Models that use it have no key any more."
        action="Remove"
        busy={remove.isPending}
        onConfirm={() => removing && remove.mutate(removing.id)}
      />
    </div>
  );
}

function AddKey() {
  const queryClient = useQueryClient();
  const [draft, setDraft] = useState(empty);
  const providers = useQuery(providersQuery()).data?.providers ?? [];
  const provider = providers.find(({ id }) => id === draft.provider);
  const test = useMutation({ mutationFn: () => testKey(draft.provider, draft.api_key, draft.endpoint_url || null) });
  const add = useMutation({
    mutationFn: () => addKey({ ...draft, endpoint_url: draft.endpoint_url || null }),
    onSuccess: async ({ label }) => {
      setDraft({ ...empty, provider: draft.provider });
      test.reset();
      toast.success(`${label} stored`);
      await queryClient.invalidateQueries({ queryKey: modelKeys.all });
    },
  });
  const problem = add.error ? toProblem(add.error) : null;
  const said = problem ? fieldProblems(problem) : {};
  const change = (update: Partial<typeof empty>) => {
    setDraft((before) => ({ ...before, ...update }));
    if (add.error) add.reset();
    if (test.data || test.error) test.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  const text = (field: "label" | "api_key" | "endpoint_url") => ({
    ...fieldAria(`key-${field}`, said[field]),
    value: draft[field],
    autoComplete: "off",
    onChange: (event: { target: { value: string } }) => change({ [field]: event.target.value }),
  });
  return (
    <Card className="self-start p-4">
      <h2 className="mb-3 font-semibold">Store a key</h2>
      <form aria-label="Store a key" onSubmit={submit} className="flex flex-col gap-3">
        <Field id="key-provider" label="Provider">
          <Select
            id="key-provider"
            label="Provider"
            value={draft.provider}
            options={providers.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={(id) => change({ provider: id })}
            className="w-full"
          />
        </Field>
        <Field id="key-api_key" label="Key" required error={said.api_key}>
          <Input {...text("api_key")} type="password" />
        </Field>
        <Field
          id="key-label"
          label="Label"
          error={said.label}
          hint={`Empty: ${provider?.name ?? "the provider's name"}`}
        >
          <Input {...text("label")} />
        </Field>
        <Field
          id="key-endpoint_url"
          label="Endpoint"
          required={provider?.needs_endpoint ?? false}
          error={said.endpoint_url}
          hint="Restrict this key to one address (optional)"
        >
          <Input {...text("endpoint_url")} type="url" placeholder="https://…" />
        </Field>
        <Field
          id="key-purpose"
          label="For"
          hint={
            draft.purpose === "tracing"
              ? "Traces of your runs are sent to OpenAI with it; models never use it."
              : undefined
          }
        >
          <Select
            id="key-purpose"
            label="For"
            value={draft.purpose}
            options={[
              { value: "models", label: "Asking models" },
              { value: "tracing", label: "Tracing (OpenAI)" },
            ]}
            onChange={(value) => change({ purpose: value === "tracing" ? "tracing" : "models" })}
            className="w-full"
          />
        </Field>
        <ProviderKeyCheckResult result={test.data} error={test.error} />
        {problem && Object.keys(said).every((field) => !(field in draft)) && (
          <Callout tone="bad">{problemText(add.error)}</Callout>
        )}
        <div className="flex gap-2">
          <Button type="submit" variant="primary" disabled={add.isPending || !draft.api_key.trim()}>
            Store key
          </Button>
          <Button disabled={test.isPending || !draft.api_key.trim()} onClick={() => test.mutate()}>
            {test.isPending ? "Trying …" : "Try the key"}
          </Button>
        </div>
      </form>
    </Card>
  );
}
