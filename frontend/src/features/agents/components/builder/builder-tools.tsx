"use client";

import { Plus } from "lucide-react";
import Link from "next/link";
import { useState } from "react";

import { Checkbox } from "@/components/ui/checkbox";
import { SearchInput } from "@/components/ui/input";
import { usePermissions } from "@/lib/use-permissions";

import { allTools, toggleTool } from "../../model/tool-settings";
import { useAgentBuilder } from "./builder-context";
import { BuilderPart } from "./builder-part";
import { ToolRow } from "./builder-tool-row";

/** Which tools the agent may call, with which settings, and for which of them a person is asked first. */
export function Tools() {
  const { agent, updateAgent, availableTools, errorOf } = useAgentBuilder();
  const [search, setSearch] = useState("");
  const mayRegister = usePermissions()("tools:write");
  const wanted = search.trim().toLowerCase();
  const own = allTools(agent);
  const chosen = new Set(own);
  const known = new Set(availableTools.flatMap((tool) => [tool.name, ...(tool.aliases ?? [])]));
  const typeOf = (name: string) => agent.tools_config.find((attachment) => attachment.name === name)?.type;
  // Agents stand in a list of their own.
  const unlisted = own.filter((name) => !known.has(name) && typeOf(name) !== "agent");
  const shown = availableTools.filter(
    (tool) => !wanted || `${tool.name} ${tool.description}`.toLowerCase().includes(wanted),
  );
  const error = errorOf("tools");
  return (
    <BuilderPart
      title="Tools"
      text={
        <>
          {own.length} chosen. The model sees each one&apos;s name, description and schema.{" "}
          {mayRegister && (
            <Link
              href="/tools/new"
              className="inline-flex items-center gap-0.5 text-accent-ink underline underline-offset-2"
            >
              <Plus className="size-3" /> Register a tool
            </Link>
          )}
        </>
      }
    >
      <div className="flex min-w-0 flex-col gap-2 @md:col-span-2">
        <SearchInput label="Search tools" value={search} onChange={(event) => setSearch(event.target.value)} />
        <ul aria-label="Tools" className="relative max-h-96 divide-y overflow-y-auto rounded-md border">
          {unlisted.map((name) => (
            <li
              key={name}
              className={
                typeOf(name)
                  ? "flex items-center gap-2.5 bg-accent-soft/60 px-2.5 py-1.5"
                  : "flex items-center gap-2.5 bg-bad-soft px-2.5 py-1.5"
              }
            >
              <Checkbox label={`Remove ${name}`} checked onChange={() => updateAgent(toggleTool(agent, name, false))} />
              <code className="font-mono text-xs">{name}</code>
              <span className={typeOf(name) ? "text-xs text-ink-3" : "text-xs text-bad-ink"}>
                {typeOf(name) ? `a ${typeOf(name)} with settings of its own` : "there is no such tool any more"}
              </span>
            </li>
          ))}
          {shown.map((tool) => (
            <ToolRow
              key={tool.name}
              tool={tool}
              chosen={[tool.name, ...(tool.aliases ?? [])].some((name) => chosen.has(name))}
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
