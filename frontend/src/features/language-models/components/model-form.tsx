"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Checkbox } from "@/components/ui/checkbox";
import { Field, fieldAria } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { fieldProblems, problemText, toProblem } from "@/lib/problem";
import { usePermissions } from "@/lib/use-permissions";

import { keysQuery } from "../api/keys";
import { providerModelsQuery, providersQuery, testKey } from "../api/models";
import type { ModelDraft } from "../model/model-draft";
import { ProviderKeyCheckResult } from "./key-test";

export interface ModelFormProps {
  label: string;
  action: string;
  initial: ModelDraft;
  /** Of a model that is there: the end of its key. */
  keyHint?: string | null;
  isNew?: boolean;
  onSubmit: (draft: ModelDraft) => Promise<unknown>;
}

type TextField = Exclude<keyof ModelDraft, "provider" | "key_id" | "for_all">;

/** A model: provider, names, address, key (which can be tried first), and how it is to be asked. */
export function ModelForm({ label, action, initial, keyHint, isNew = false, onSubmit }: ModelFormProps) {
  const [draft, setDraft] = useState(initial);
  const [more, setMore] = useState(!isNew);
  const providers = useQuery(providersQuery()).data?.providers ?? [];
  const provider = providers.find(({ id }) => id === draft.provider);
  const known = useQuery({ ...providerModelsQuery(draft.provider), enabled: provider !== undefined }).data?.models ?? [];
  const keys = useQuery(keysQuery()).data?.filter((key) => key.provider === draft.provider && key.purpose === "models") ?? [];
  const mayShare = usePermissions()("users:write");
  const test = useMutation({ mutationFn: () => testKey(draft.provider, draft.api_key || null, draft.endpoint_url || null) });
  const save = useMutation({ mutationFn: onSubmit, onSuccess: () => isNew && (setDraft({ ...initial, provider: draft.provider }), test.reset()) });
  const problem = save.error ? toProblem(save.error) : null;
  const said = problem ? fieldProblems(problem) : {};
  const suggestions = [...new Set([...(test.data?.models ?? []), ...known.map(({ id }) => id)])];
  const change = (update: Partial<ModelDraft>) => {
    setDraft((before) => ({ ...before, ...update }));
    if (save.error) save.reset();
    if ("api_key" in update || "endpoint_url" in update || "provider" in update) test.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(draft);
  };
  const id = (field: string) => `${isNew ? "new-" : ""}model-${field}`;
  const text = (field: TextField) => ({
    ...fieldAria(id(field), said[field]),
    value: draft[field],
    autoComplete: "off",
    spellCheck: false,
    onChange: (event: { target: { value: string } }) => change({ [field]: event.target.value }),
  });
  return (
    <form aria-label={label} onSubmit={submit} className="flex flex-col gap-3">
      <Field id={id("provider")} label="Provider" hint={provider?.note}>
        <Select id={id("provider")} label="Provider" value={draft.provider} options={providers.map(({ id: value, name }) => ({ value, label: name }))} onChange={(value) => change({ provider: value, key_id: "" })} className="w-full" />
      </Field>
      <Field id={id("model_identifier")} label="Model" tip="What the provider calls it" required error={said.model_identifier}>
        <Input {...text("model_identifier")} list={id("known")} placeholder="gpt-4o-mini" />
        <datalist id={id("known")}>{suggestions.slice(0, 200).map((name) => <option key={name} value={name} />)}</datalist>
      </Field>
      <Field id={id("name")} label="Name" tip="What your agents call it" required error={said.name}>
        <Input {...text("name")} placeholder="fast" />
      </Field>
      <Field id={id("endpoint_url")} label="Endpoint" required={provider?.needs_endpoint ?? false} error={said.endpoint_url} hint={provider?.base_url ? `Empty: ${provider.base_url}` : undefined}>
        <Input {...text("endpoint_url")} type="url" placeholder="https://…" />
      </Field>
      {keys.length > 0 && (
        <Field id={id("key_id")} label="Kept key" error={said.key_id}>
          <Select id={id("key_id")} label="Kept key" value={draft.key_id} options={[{ value: "", label: "The newest that fits, or the one below" }, ...keys.map((key) => ({ value: key.id, label: `${key.label} ${key.hint}` }))]} onChange={(value) => change({ key_id: value })} className="w-full" />
        </Field>
      )}
      <Field id={id("api_key")} label="Key" error={said.api_key} hint={keyHint ? `Empty: the one it has (${keyHint})` : "Kept encrypted, never shown again"}>
        <Input {...text("api_key")} type="password" />
      </Field>
      {more ? (
        <>
          <div className="grid grid-cols-2 gap-3">
            <Field id={id("temperature")} label="Temperature" error={said["config_params_json/temperature"]}><Input {...text("temperature")} type="number" min={0} max={2} step="any" /></Field>
            <Field id={id("max_tokens")} label="Longest answer" tip="In tokens" error={said["config_params_json/max_tokens"]}><Input {...text("max_tokens")} type="number" min={1} /></Field>
            <Field id={id("max_rpm")} label="Calls a minute" error={said.max_rpm}><Input {...text("max_rpm")} type="number" min={1} placeholder="no limit" /></Field>
          </div>
          <Field id={id("fallbacks")} label="When it fails, ask" hint="Names of models, with commas, in this order" error={said.fallbacks}>
            <Input {...text("fallbacks")} placeholder="none" />
          </Field>
          {isNew && mayShare && (
            <div className="flex items-center gap-2">
              <Checkbox id={id("for_all")} label="For all users" checked={draft.for_all} onChange={(on) => change({ for_all: on })} />
              <label htmlFor={id("for_all")} className="text-sm">For all users</label>
            </div>
          )}
        </>
      ) : (
        <button type="button" onClick={() => setMore(true)} className="self-start text-xs text-accent-ink underline underline-offset-2">Limits, fallbacks and more</button>
      )}
      <ProviderKeyCheckResult result={test.data} error={test.error} />
      {problem && Object.keys(said).every((field) => !(field in draft)) && <Callout tone="bad">{problemText(save.error)}</Callout>}
      <div className="flex gap-2">
        <Button type="submit" variant="primary" disabled={save.isPending || !draft.name.trim() || !draft.model_identifier.trim()}>{save.isPending ? "One moment …" : action}</Button>
        <Button disabled={test.isPending} onClick={() => test.mutate()}>{test.isPending ? "Trying …" : "Try the key"}</Button>
      </div>
    </form>
  );
}
