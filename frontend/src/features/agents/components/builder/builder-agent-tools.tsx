"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Checkbox } from "@/components/ui/checkbox";
import { SearchInput } from "@/components/ui/input";
import { agentsQuery } from "@/lib/queries";

import { asksAgent, toggleAgentTool } from "../../model/agent-tools";
import { useAgentBuilder } from "./builder-context";
import { BuilderPart } from "./builder-part";

const MANY = 8;

/** Which other agents this one may ask, as it calls tools. */
export function AgentTools() {
  const { agent, updateAgent } = useAgentBuilder();
  const { data } = useQuery(agentsQuery());
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const others = (data?.agents ?? []).filter(({ name }) => name !== agent.name);
  const shown = others.filter(({ name }) => name.toLowerCase().includes(wanted));
  return (
    <BuilderPart
      title="Agents as tools"
      text="The model may ask these as it calls any tool: each call is a run of its own, and the answer comes back."
    >
      <div className="flex min-w-0 flex-col gap-2 @md:col-span-2">
        {others.length > MANY && (
          <SearchInput label="Search agents" value={search} onChange={(event) => setSearch(event.target.value)} />
        )}
        {others.length === 0 ? (
          <p className="text-sm text-ink-3">There is no other agent yet.</p>
        ) : (
          <ul aria-label="Agents as tools" className="max-h-60 divide-y overflow-y-auto rounded-md border">
            {shown.map((other) => (
              <li key={other.id} className="flex items-center gap-2.5 px-2.5 py-1.5">
                <Checkbox
                  id={`asks-${other.id}`}
                  label={`May ask ${other.name}`}
                  checked={asksAgent(agent, other)}
                  onChange={(on) => updateAgent(toggleAgentTool(agent, other, on))}
                />
                <label htmlFor={`asks-${other.id}`} className="min-w-0 flex-1">
                  <span className="block truncate text-sm font-medium">{other.name}</span>
                  <span className="block truncate text-xs text-ink-3">
                    {other.role || other.description || other.slug}
                  </span>
                </label>
              </li>
            ))}
          </ul>
        )}
      </div>
    </BuilderPart>
  );
}
