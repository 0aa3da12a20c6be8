"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Field, fieldAria } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { Card } from "@/components/ui/surface";
import { duration } from "@/lib/format";
import { fieldProblems, problemText, toProblem } from "@/lib/problem";
import { toast } from "@/lib/toast";

import { createModel, providerModelsQuery, providersQuery, testKey } from "../api/models";

const empty = { provider: "openai", name: "", model_identifier: "", endpoint_url: "", api_key: "" };

/** A model of one's own: provider, name, key; the key can be tried before it is kept. */
export function AddModel() {
  const queryClient = useQueryClient();
  const [draft, setDraft] = useState(empty);
  const providers = useQuery(providersQuery()).data?.providers ?? [];
  const provider = providers.find(({ id }) => id === draft.provider);
  const known = useQuery({ ...providerModelsQuery(draft.provider), enabled: provider !== undefined }).data?.models ?? [];
  const test = useMutation({ mutationFn: () => testKey(draft.provider, draft.api_key || null, draft.endpoint_url || null) });
  const add = useMutation({
    mutationFn: () => createModel({ provider: draft.provider, name: draft.name, model_identifier: draft.model_identifier, endpoint_url: draft.endpoint_url || null, api_key: draft.api_key || null }),
    onSuccess: async ({ name }) => {
      setDraft({ ...empty, provider: draft.provider });
      test.reset();
      toast.success(`${name} added`);
      await queryClient.invalidateQueries({ queryKey: ["models"] });
    },
  });
  const problem = add.error ? toProblem(add.error) : null;
  const said = problem ? fieldProblems(problem) : {};
  const suggestions = [...new Set([...(test.data?.models ?? []), ...known.map(({ id }) => id)])];
  const change = (update: Partial<typeof empty>) => {
    setDraft((before) => ({ ...before, ...update }));
    if (add.error) add.reset();
    if ("api_key" in update || "endpoint_url" in update || "provider" in update) test.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  const text = (field: "name" | "model_identifier" | "endpoint_url" | "api_key") => ({
    ...fieldAria(`model-${field}`, said[field]),
    value: draft[field],
    autoComplete: "off",
    spellCheck: false,
    onChange: (event: { target: { value: string } }) => change({ [field]: event.target.value }),
  });
  return (
    <Card className="self-start p-4">
      <h2 className="mb-3 font-semibold">Add a model</h2>
      <form aria-label="Add a model" onSubmit={submit} className="flex flex-col gap-3">
        <Field id="model-provider" label="Provider" hint={provider?.note}>
          <Select id="model-provider" label="Provider" value={draft.provider} options={providers.map(({ id, name }) => ({ value: id, label: name }))} onChange={(id) => change({ provider: id })} className="w-full" />
        </Field>
        <Field id="model-model_identifier" label="Model" tip="What the provider calls it" required error={said.model_identifier}>
          <Input {...text("model_identifier")} list="provider-models" placeholder="gpt-4o-mini" />
          <datalist id="provider-models">
            {suggestions.slice(0, 200).map((id) => (
              <option key={id} value={id} />
            ))}
          </datalist>
        </Field>
        <Field id="model-name" label="Name" tip="What your agents call it" required error={said.name}>
          <Input {...text("name")} placeholder="fast" />
        </Field>
        <Field id="model-endpoint_url" label="Endpoint" required={provider?.needs_endpoint ?? false} error={said.endpoint_url} hint={provider?.base_url ? `Empty: ${provider.base_url}` : undefined}>
          <Input {...text("endpoint_url")} type="url" placeholder="https://…" />
        </Field>
        <Field id="model-api_key" label="Key" required={provider?.needs_key ?? false} error={said.api_key} hint="Kept encrypted, never shown again">
          <Input {...text("api_key")} type="password" />
        </Field>
        {test.data && (
          <Callout tone={test.data.accepted ? "info" : "bad"} title={test.data.accepted ? "The key works" : "The key was not accepted"}>
            {test.data.detail} ({duration(test.data.duration_ms)})
          </Callout>
        )}
        {test.error && <Callout tone="bad">{problemText(test.error)}</Callout>}
        {problem && Object.keys(said).every((field) => !(field in draft)) && <Callout tone="bad">{problemText(add.error)}</Callout>}
        <div className="flex gap-2">
          <Button type="submit" variant="primary" disabled={add.isPending || !draft.name.trim() || !draft.model_identifier.trim()}>
            {add.isPending ? "Adding …" : "Add model"}
          </Button>
          <Button disabled={test.isPending} onClick={() => test.mutate()}>
            {test.isPending ? "Trying …" : "Try the key"}
          </Button>
        </div>
      </form>
    </Card>
  );
}
