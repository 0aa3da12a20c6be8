"use client";

import Link from "next/link";

import { Ago } from "@/components/ui/ago";
import { Checkbox } from "@/components/ui/checkbox";
import type { AgentOut } from "@/lib/api";

import { AgentMenu } from "../agent-menu";
import { AgentStatusBadge } from "../agent-status-badge";

interface AgentTableProps {
  agents: readonly AgentOut[];
  now: number;
  chosen: ReadonlySet<string>;
  /** Missing for those who may not change agents. */
  onChoose?: (id: string, chosen: boolean) => void;
}

const head = "px-2 py-1.5 text-left font-medium";

/** Agents one per line. */
export function AgentTable({ agents, now, chosen, onChoose }: AgentTableProps) {
  return (
    <div className="overflow-x-auto rounded-lg border bg-surface">
      <table className="w-full border-collapse">
        <thead className="border-b text-2xs text-ink-3">
          <tr>
            <th scope="col" className="w-9 px-3">
              <span className="sr-only">Chosen</span>
            </th>
            <th scope="col" className={head}>
              Name
            </th>
            <th scope="col" className={`${head} max-sm:hidden`}>
              Status
            </th>
            <th scope="col" className={`${head} max-lg:hidden`}>
              Model
            </th>
            <th scope="col" className={`${head} max-lg:hidden`}>
              Temperature
            </th>
            <th scope="col" className={`${head} max-md:hidden`}>
              Tools
            </th>
            <th scope="col" className={`${head} max-md:hidden`}>
              Changed
            </th>
            <th scope="col" className="w-10">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody className="divide-y">
          {agents.map((agent) => (
            <tr key={agent.id} className="hover:bg-hover">
              <td className="px-3">
                {onChoose && (
                  <Checkbox
                    label={`Choose ${agent.name}`}
                    checked={chosen.has(agent.id)}
                    onChange={(on) => onChoose(agent.id, on)}
                  />
                )}
              </td>
              <td className="max-w-72 px-2 py-1.5">
                <Link href={`/agents/${agent.id}`} className="block truncate font-medium hover:text-accent-ink">
                  {agent.display_name || agent.name}
                </Link>
                <span className="block truncate text-xs text-ink-3">{agent.role || agent.description}</span>
              </td>
              <td className="px-2 max-sm:hidden">
                <AgentStatusBadge status={agent.status} />
              </td>
              <td className="px-2 text-ink-2 max-lg:hidden">{agent.model ?? "default"}</td>
              <td className="nums px-2 text-ink-2 max-lg:hidden">{agent.temperature}</td>
              <td className="max-w-56 truncate px-2 font-mono text-xs text-ink-2 max-md:hidden">
                {(agent.tools ?? []).join(", ") || "–"}
              </td>
              <td className="px-2 text-xs whitespace-nowrap text-ink-3 max-md:hidden">
                <Ago at={agent.updated_at} now={now} />
              </td>
              <td className="pr-2">
                <AgentMenu agent={agent} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
