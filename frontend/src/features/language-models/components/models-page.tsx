"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { parseAsStringLiteral, useQueryState } from "nuqs";

import { PageHeader } from "@/components/layout/page";
import { Callout } from "@/components/ui/callout";
import { ModelIcon } from "@/components/ui/icons";
import { NotPermitted } from "@/components/ui/read-only";
import { Card, EmptyState, SkeletonRows } from "@/components/ui/surface";
import { TabPanel, Tabs } from "@/components/ui/tabs";
import { problemText } from "@/lib/problem";
import { toast } from "@/lib/toast";
import { usePermissions, useRefusal } from "@/lib/use-permissions";

import { modelKeys } from "../api/keys";
import { createModel, modelsQuery } from "../api/models";
import { installedModelQuery } from "../api/trials";
import { emptyDraft, newModel } from "../model/model-draft";
import { ModelAddresses } from "./model-addresses";
import { ModelForm } from "./model-form";
import { RefusedParts } from "./model-health";
import { ModelRow } from "./model-row";
import { ProviderKeys } from "./provider-keys";

const tabs = [
  { value: "models", label: "Models" },
  { value: "keys", label: "Provider keys" },
  { value: "addresses", label: "Private addresses" },
] as const;
const names = tabs.map(({ value }) => value);

/** The models that agents can use besides the server's own default, and keys that several share. */
export function ModelsPage() {
  const { data } = useQuery(modelsQuery());
  const mayAddresses = usePermissions()("users:read");
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(names).withDefault("models"));
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <PageHeader
        title="Models"
        facts={data && <span className="nums text-ink-3">{data.total}</span>}
        description="Endpoints that answer your agents. Without any, the server's default does."
      />
      <Tabs
        label="Models"
        value={tab === "addresses" && !mayAddresses ? "models" : tab}
        onChange={(next) => void setTab(names.find((name) => name === next) ?? null)}
        tabs={tabs.filter(({ value }) => value !== "addresses" || mayAddresses)}
      >
        <TabPanel value="models" className="p-4">
          <Models />
        </TabPanel>
        <TabPanel value="keys" className="p-4">
          <KeysTab />
        </TabPanel>
        {mayAddresses && (
          <TabPanel value="addresses" className="p-4">
            <ModelAddresses />
          </TabPanel>
        )}
      </Tabs>
    </div>
  );
}

/** The server's own default, when there is something to say about it. */
function InstalledModel() {
  const { data } = useQuery(installedModelQuery());
  if (!data || (data.refused.length === 0 && !data.obstacle)) return null;
  return (
    <Card className="p-3 text-xs text-ink-2">
      <p>
        The server's default, <code className="font-mono">{data.model}</code>
        {data.obstacle && `: ${data.obstacle}`}
      </p>
      <RefusedParts parts={data.refused} />
    </Card>
  );
}

function KeysTab() {
  const may = usePermissions();
  const refused = useRefusal("keys:read");
  if (refused !== undefined) return <NotPermitted reason={refused} />;
  return may("keys:read") ? <ProviderKeys /> : <SkeletonRows rows={3} />;
}

function Models() {
  const queryClient = useQueryClient();
  const { data, error } = useQuery(modelsQuery());
  const may = usePermissions();
  const refused = useRefusal("models:write");
  return (
    <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="flex min-w-0 flex-col gap-3 self-start">
        <Card className="divide-y">
          {error && (
            <Callout tone="bad" className="m-3">
              {problemText(error)}
            </Callout>
          )}
          {!data && !error && <SkeletonRows rows={3} />}
          {data?.models.length === 0 && (
            <EmptyState icon={<ModelIcon />} title="No models of your own yet">
              Add one of a provider you have a key for, or a local endpoint such as Ollama. Agents choose it by its
              name.
            </EmptyState>
          )}
          {data?.models.map((model) => (
            <ModelRow key={model.id} model={model} />
          ))}
        </Card>
        <InstalledModel />
        {data && data.models.length > 1 && (
          <p className="text-xs text-ink-3">
            An agent whose model is <code className="font-mono">auto</code> asks the one that fits each task: small ones
            for simple things, strong ones for hard ones, another when one fails.
          </p>
        )}
      </div>
      <Card className="self-start p-4">
        <h2 className="mb-3 font-semibold">Add a model</h2>
        {refused !== undefined && <p className="text-ink-2">{refused}</p>}
        {may("models:write") && (
          <ModelForm
            isNew
            label="Add a model"
            action="Add model"
            initial={emptyDraft}
            onSubmit={async (draft) => {
              const { name } = await createModel(newModel(draft));
              toast.success(`${name} added`);
              await queryClient.invalidateQueries({ queryKey: modelKeys.all });
            }}
          />
        )}
      </Card>
    </div>
  );
}
