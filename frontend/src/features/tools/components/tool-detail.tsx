"use client";

import { useQuery } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useState } from "react";

import { Badge } from "@/components/ui/badge";
import { Callout } from "@/components/ui/callout";
import { Switch } from "@/components/ui/checkbox";
import { CodeEditor } from "@/components/ui/code-editor";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { IconButton } from "@/components/ui/icon-button";
import { SkeletonRows } from "@/components/ui/surface";
import { TabPanel, Tabs } from "@/components/ui/tabs";
import type { ToolOut } from "@/lib/api";
import { problemText } from "@/lib/problem";
import { usePermissions } from "@/lib/use-permissions";

import { toolQuery } from "../api/get-tool";
import { useToolActions } from "../hooks/use-tool-actions";
import { EditTool } from "./edit-tool";
import { ToolSpecification } from "./tool-specification";
import { ToolTryOut } from "./tool-try-out";
import { ToolVersions } from "./tool-versions";

const tabs = ["try", "specification", "source", "versions"] as const;
const panel = "min-w-0 p-4";

/** One tool: a form to try it, what the model is told, and for registered ones source, policy and versions. */
export function ToolDetail({ name, onRemoved }: { name: string; onRemoved: () => void }) {
  const { data: tool, error } = useQuery(toolQuery(name));
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(tabs).withDefault("try"));
  const may = usePermissions();
  if (error)
    return (
      <Callout tone="bad" className="m-4" title={`The tool ${name} cannot be shown`}>
        {problemText(error)}
      </Callout>
    );
  if (!tool) return <SkeletonRows />;
  const custom = tool.kind === "custom";
  const writes = custom && may("tools:write");
  const shown = custom || tab === "try" || tab === "specification" ? tab : "try";
  const options = [
    { value: "try", label: "Try it" },
    { value: "specification", label: "Specification" },
    ...(custom
      ? [
          { value: "source", label: writes ? "Edit" : "Source" },
          { value: "versions", label: "Versions" },
        ]
      : []),
  ];
  return (
    <article aria-label={tool.name} className="flex min-w-0 flex-col">
      <Header tool={tool} writes={writes} onRemoved={onRemoved} />
      <Tabs
        label={tool.name}
        value={shown}
        onChange={(next) => void setTab(tabs.find((known) => known === next) ?? null)}
        tabs={options}
      >
        <TabPanel value="try" className={panel}>
          <ToolTryOut key={`${tool.name}-${tool.version}`} tool={tool} />
        </TabPanel>
        <TabPanel value="specification" className={panel}>
          <ToolSpecification tool={tool} />
        </TabPanel>
        {custom && (
          <TabPanel value="source" className={panel}>
            {writes ? (
              <EditTool key={tool.version} tool={tool} />
            ) : (
              <CodeEditor label="Source" value={tool.source ?? ""} readOnly />
            )}
          </TabPanel>
        )}
        {custom && (
          <TabPanel value="versions" className={panel}>
            <ToolVersions tool={tool} mayRestore={writes} />
          </TabPanel>
        )}
      </Tabs>
    </article>
  );
}

function Header({ tool, writes, onRemoved }: { tool: ToolOut; writes: boolean; onRemoved: () => void }) {
  const { setStatus } = useToolActions(tool.name);
  return (
    <header className="px-4 pt-4 pb-2">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="font-mono text-base font-semibold break-all">{tool.name}</h2>
        <Badge tone={tool.kind === "custom" ? "accent" : "plain"}>{tool.kind}</Badge>
        {tool.kind === "custom" && <span className="nums text-xs text-ink-3">v{tool.version}</span>}
        {tool.disabled && <Badge tone="warn">disabled</Badge>}
        {(tool.tags ?? []).map((tag) => (
          <Badge key={tag} tone="outline">
            {tag}
          </Badge>
        ))}
        {writes && (
          <span className="ml-auto flex items-center gap-2">
            <span aria-hidden className="text-xs text-ink-3">
              {tool.disabled ? "off" : "on"}
            </span>
            <Switch
              label={`${tool.name} may be called`}
              checked={!tool.disabled}
              onChange={(on) => setStatus.mutate(!on)}
            />
            <RemoveTool name={tool.name} onRemoved={onRemoved} />
          </span>
        )}
      </div>
      <p className="mt-1 text-ink-2">{tool.description}</p>
      {tool.disabled && (
        <Callout tone="warn" className="mt-2" title="Its calls are refused">
          {tool.disabled_reason}
        </Callout>
      )}
      {(tool.needs ?? []).length > 0 && (
        <Callout tone="warn" className="mt-2" title="It cannot work yet">
          Not there on this server: {(tool.needs ?? []).join(", ")}.
        </Callout>
      )}
    </header>
  );
}

function RemoveTool({ name, onRemoved }: { name: string; onRemoved: () => void }) {
  const [asking, setAsking] = useState(false);
  const { remove } = useToolActions(name);
  return (
    <>
      <IconButton label="Remove this tool" variant="dangerGhost" onClick={() => setAsking(true)}>
        <Trash2 />
      </IconButton>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Remove ${name}?`}
        description="Agents that have it can no longer call it. Its versions go with it; its past calls stay in the traces."
        action="Remove"
        busy={remove.isPending}
        onConfirm={() => remove.mutate(undefined, { onSuccess: onRemoved })}
      />
    </>
  );
}
