"use client";

import { Plus, ShieldCheck } from "lucide-react";
import Link from "next/link";
import { useState } from "react";

import { Badge } from "@/components/ui/badge";
import { Checkbox } from "@/components/ui/checkbox";
import { SearchInput } from "@/components/ui/input";
import { Tooltip } from "@/components/ui/tooltip";
import type { ToolOut } from "@/lib/api";
import { cn } from "@/lib/cn";

import { useAgentBuilder } from "./builder-context";
import { BuilderPart } from "./builder-part";

/** Which tools the agent may call, and for which of them a person is asked first. */
export function Tools() {
  const { agent, updateAgent, availableTools, errorOf } = useAgentBuilder();
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const chosen = new Set(agent.tools);
  const known = new Set(availableTools.flatMap((tool) => [tool.name, ...(tool.aliases ?? [])]));
  const missing = agent.tools.filter((name) => !known.has(name));
  const shown = availableTools.filter((tool) => !wanted || `${tool.name} ${tool.description}`.toLowerCase().includes(wanted));
  const toggle = (name: string, on: boolean) =>
    updateAgent({
      tools: on ? [...agent.tools, name] : agent.tools.filter((other) => other !== name),
      ...(on ? {} : { requires_approval: agent.requires_approval.filter((other) => other !== name) }),
    });
  const toggleApproval = (name: string) =>
    updateAgent({ requires_approval: agent.requires_approval.includes(name) ? agent.requires_approval.filter((other) => other !== name) : [...agent.requires_approval, name] });
  const error = errorOf("tools");
  return (
    <BuilderPart
      title="Tools"
      text={
        <>
          {agent.tools.length} chosen. The model sees each one&apos;s name, description and schema.{" "}
          <Link href="/tools/new" className="inline-flex items-center gap-0.5 text-accent-ink underline underline-offset-2">
            <Plus className="size-3" /> Register a tool
          </Link>
        </>
      }
    >
      <div className="flex min-w-0 flex-col gap-2 @md:col-span-2">
        <SearchInput label="Search tools" value={search} onChange={(event) => setSearch(event.target.value)} />
        <ul aria-label="Tools" className="relative max-h-80 divide-y overflow-y-auto rounded-md border">
          {missing.map((name) => (
            <li key={name} className="flex items-center gap-2.5 bg-bad-soft px-2.5 py-1.5">
              <Checkbox label={`Remove ${name}`} checked onChange={() => toggle(name, false)} />
              <code className="font-mono text-xs">{name}</code>
              <span className="text-xs text-bad-ink">there is no such tool any more</span>
            </li>
          ))}
          {shown.map((tool) => (
            <ToolRow
              key={tool.name}
              tool={tool}
              chosen={chosen.has(tool.name)}
              approval={agent.requires_approval.includes(tool.name)}
              onToggle={(on) => toggle(tool.name, on)}
              onToggleApproval={() => toggleApproval(tool.name)}
            />
          ))}
          {shown.length === 0 && <li className="px-3 py-4 text-center text-ink-3">No tool fits “{search}”.</li>}
        </ul>
        {error && (
          <p role="alert" className="text-xs text-bad-ink">
            {error}
          </p>
        )}
      </div>
    </BuilderPart>
  );
}

interface ToolRowProps {
  tool: ToolOut;
  chosen: boolean;
  approval: boolean;
  onToggle: (on: boolean) => void;
  onToggleApproval: () => void;
}

function ToolRow({ tool, chosen, approval, onToggle, onToggleApproval }: ToolRowProps) {
  const id = `tool-${tool.name}`;
  return (
    <li className={cn("flex items-center gap-2.5 px-2.5 py-1.5", chosen && "bg-accent-soft/60")}>
      <Checkbox id={id} label={tool.name} checked={chosen} onChange={onToggle} />
      {/* The checkbox carries the tool's name; the text beside it is a larger place to click. */}
      <label htmlFor={id} className="min-w-0 flex-1">
        <span className="flex items-center gap-1.5">
          <code className="font-mono text-xs font-medium">{tool.name}</code>
          {tool.kind === "custom" && <Badge tone="accent">custom</Badge>}
          {tool.disabled && <Badge tone="warn">disabled</Badge>}
        </span>
        <span className="block truncate text-xs text-ink-3">{tool.description}</span>
      </label>
      {chosen && (
        <Tooltip text={approval ? "A person is asked before each call" : "Ask a person before each call"}>
          <button
            type="button"
            aria-pressed={approval}
            aria-label={`Ask before each call of ${tool.name}`}
            onClick={onToggleApproval}
            className={cn("rounded-md p-1 text-ink-3 hover:bg-hover hover:text-ink", approval && "bg-warn-soft text-warn-ink")}
          >
            <ShieldCheck className="size-4" />
          </button>
        </Tooltip>
      )}
    </li>
  );
}
