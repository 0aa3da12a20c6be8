"use client";

import { Badge } from "@/components/ui/badge";
import { CopyButton } from "@/components/ui/copy-button";
import { CodeBlock } from "@/components/ui/json-view";

import { changedFields, emptyDraft } from "../../model/agent-draft";
import { systemPrompt } from "../../model/system-prompt";
import { allTools } from "../../model/tool-settings";
import { useAgentBuilder } from "./builder-context";

/** The agent as it would be: what the model is told, what it may call, and the request that makes it. */
export function Preview() {
  const { agent } = useAgentBuilder();
  const prompt = systemPrompt(agent);
  const tools = allTools(agent);
  const request = () =>
    `curl -X POST '${window.location.origin}/api/agents' -H 'Content-Type: application/json' -d '${JSON.stringify({ ...changedFields(emptyDraft, agent), name: agent.name }).replaceAll("'", "'\\''")}'`;
  return (
    <section aria-label="Preview" className="flex flex-col gap-3">
      <div className="flex items-center justify-between gap-2">
        <h2 className="truncate font-semibold">{agent.name || "Preview"}</h2>
        <CopyButton text={request} label="Copy as curl" size="sm">
          Copy as curl
        </CopyButton>
      </div>
      <div className="flex flex-col gap-1.5">
        <h3 className="text-2xs font-semibold tracking-wide text-ink-3 uppercase">System prompt</h3>
        {prompt ? (
          <CodeBlock text={prompt} label="System prompt" />
        ) : (
          <p className="text-sm text-ink-3">No instructions yet.</p>
        )}
      </div>
      <div className="flex flex-col gap-1.5">
        <h3 className="text-2xs font-semibold tracking-wide text-ink-3 uppercase">It may call</h3>
        <div className="flex flex-wrap gap-1">
          {tools.map((name) => (
            <Badge key={name} tone={agent.requires_approval.includes(name) ? "warn" : "tool"} className="font-mono">
              {name}
            </Badge>
          ))}
          {tools.length === 0 && <p className="text-sm text-ink-3">No tool: it can only answer.</p>}
        </div>
      </div>
      <p className="text-xs text-ink-3">Once it is created, it can be asked right here, beside its form.</p>
    </section>
  );
}
