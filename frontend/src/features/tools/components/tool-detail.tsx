"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";

import { Badge } from "@/components/ui/badge";
import { Callout } from "@/components/ui/callout";
import { CodeEditor } from "@/components/ui/code-editor";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { IconButton } from "@/components/ui/icon-button";
import { JsonView } from "@/components/ui/json-view";
import { SkeletonRows } from "@/components/ui/surface";
import type { ToolOut } from "@/lib/api";
import { dateTime } from "@/lib/format";
import { problemText } from "@/lib/problem";
import { toast } from "@/lib/toast";

import { toolQuery } from "../api/get-tool";
import { removeTool } from "../api/remove-tool";
import { ToolTryOut } from "./tool-try-out";

/** One tool: what it says about itself, its limits and source, and a form to try it. */
export function ToolDetail({ name, onRemoved }: { name: string; onRemoved: () => void }) {
  const { data: tool, error } = useQuery(toolQuery(name));
  if (error) return <Callout tone="bad" className="m-4" title={`The tool ${name} cannot be shown`}>{problemText(error)}</Callout>;
  if (!tool) return <SkeletonRows />;
  return (
    <article aria-label={tool.name} className="flex min-w-0 flex-col gap-5 p-4 md:p-5">
      <header>
        <div className="flex flex-wrap items-center gap-2">
          <h2 className="font-mono text-base font-semibold">{tool.name}</h2>
          <Badge tone={tool.kind === "custom" ? "accent" : "plain"}>{tool.kind}</Badge>
          {tool.disabled && <Badge tone="warn">disabled</Badge>}
          {(tool.tags ?? []).map((tag) => <Badge key={tag} tone="outline">{tag}</Badge>)}
          <span className="flex-1" />
          {tool.kind === "custom" && <RemoveTool name={tool.name} onRemoved={onRemoved} />}
        </div>
        <p className="mt-1 text-ink-2">{tool.description}</p>
        {tool.disabled_reason && <Callout tone="warn" className="mt-2">{tool.disabled_reason}</Callout>}
      </header>
      <Part title="Try it">
        <ToolTryOut key={`${tool.name}-${tool.version}`} tool={tool} />
      </Part>
      <Part title="Specification">
        <Limits tool={tool} />
        <JsonView value={tool.parameters} label="Schema of the arguments" />
      </Part>
      {tool.source && (
        <Part title="Source">
          <CodeEditor label="Source" value={tool.source} readOnly />
        </Part>
      )}
    </article>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex min-w-0 flex-col gap-2">
      <h3 className="text-2xs font-semibold tracking-wide text-ink-3 uppercase">{title}</h3>
      {children}
    </section>
  );
}

function Limits({ tool }: { tool: ToolOut }) {
  const { policy } = tool;
  const facts: [string, string | undefined][] = [
    ["Class", tool.class],
    ["Version", String(tool.version)],
    ["Also called", tool.aliases?.join(", ")],
    ["Settings", tool.settings?.join(", ")],
    ["May be repeated", tool.repeatable === false ? "no" : "yes"],
    ["Time limit", policy ? `${policy.timeout_s ?? 5} s` : undefined],
    ["Network", policy ? policy.network?.join(", ") || "none" : undefined],
    ["Secrets", policy ? policy.secrets?.join(", ") || "none" : undefined],
    ["Registered", tool.created_at ? dateTime(tool.created_at) : undefined],
  ];
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-2 sm:grid-cols-3">
      {facts.map(([name, value]) => value && (
        <div key={name} className="min-w-0">
          <dt className="text-2xs text-ink-3">{name}</dt>
          <dd className="text-sm break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function RemoveTool({ name, onRemoved }: { name: string; onRemoved: () => void }) {
  const [asking, setAsking] = useState(false);
  const queryClient = useQueryClient();
  const remove = useMutation({
    mutationFn: () => removeTool(name),
    onError: (error) => toast.error(problemText(error)),
    onSuccess: () => {
      onRemoved();
      toast.success(`${name} removed`);
      void queryClient.invalidateQueries({ queryKey: ["tools"], exact: true });
    },
  });
  return (
    <>
      <IconButton label="Remove this tool" variant="dangerGhost" onClick={() => setAsking(true)}>
        <Trash2 />
      </IconButton>
      <ConfirmDialog open={asking} onOpenChange={setAsking} title={`Remove ${name}?`} description="Agents that have it can no longer call it. Its past calls stay in the traces." action="Remove" busy={remove.isPending} onConfirm={() => remove.mutate()} />
    </>
  );
}
