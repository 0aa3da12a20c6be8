"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";

import { Callout } from "@/components/ui/callout";
import { Switch } from "@/components/ui/checkbox";
import { Card, EmptyState, SkeletonRows } from "@/components/ui/surface";
import type { AgentOut } from "@/lib/api";
import { problemText } from "@/lib/problem";
import { agentsQuery } from "@/lib/queries";
import { useRefusal } from "@/lib/use-permissions";

import { useTakesPart } from "../hooks/use-team-actions";
import { membersOf, wavesOf } from "../model/members";
import { Board } from "./board";

/** Who takes part: the active agents in the order of their turns, and a switch for each agent there is. */
export function MembersCard({ title, children }: { title: string; children?: React.ReactNode }) {
  const { data, error } = useQuery(agentsQuery());
  if (error)
    return (
      <Callout tone="bad" title="The agents could not be loaded">
        {problemText(error)}
      </Callout>
    );
  if (!data) return <SkeletonRows rows={3} />;
  const members = membersOf(data.agents);
  const { stuck } = wavesOf(members);
  return (
    <Card className="min-w-0 overflow-hidden">
      <header className="border-b px-4 py-2.5">
        <h2 className="font-semibold">{title}</h2>
        <p className="text-xs text-ink-3">
          All active agents take part. Who depends on others has its turn after them, with their outputs; agents of one
          column work at the same time.
        </p>
      </header>
      {children}
      {members.length === 0 ? (
        <EmptyState title="No agent is active">A team needs one at least: switch agents on below.</EmptyState>
      ) : (
        <Board label="Order of the turns" members={members}>
          {({ name, summary, missing }, wave) => (
            <>
              <span className="truncate font-medium">{name}</span>
              <span className={missing.length > 0 ? "truncate text-xs text-bad-ink" : "truncate text-xs text-ink-3"}>
                {missing.length > 0 ? `needs ${missing.join(", ")}: not active` : summary || `wave ${wave + 1}`}
              </span>
            </>
          )}
        </Board>
      )}
      {stuck.length > 0 && (
        <Callout tone="bad" className="m-3" title="They wait for each other">
          {stuck.map(({ name }) => name).join(", ")} depend on each other in a circle: no team can be started.
        </Callout>
      )}
      <Switches agents={data.agents} />
    </Card>
  );
}

function Switches({ agents }: { agents: readonly AgentOut[] }) {
  const takesPart = useTakesPart();
  const refused = useRefusal("agents:write");
  return (
    <details className="border-t">
      <summary className="cursor-pointer px-4 py-2 text-sm font-medium hover:bg-hover">
        Choose who takes part ({agents.filter(({ status }) => status === "active").length} of {agents.length})
      </summary>
      <ul aria-label="Agents" className="max-h-80 divide-y overflow-y-auto border-t">
        {agents.map(({ id, name, status, dependencies = [] }) => (
          <li key={id} className="flex items-center gap-3 px-4 py-1.5">
            <Switch
              label={`${name} takes part`}
              checked={status === "active"}
              refused={refused}
              onChange={(on) => takesPart.mutate({ id, name, on })}
            />
            <Link href={`/agents/${id}`} className="min-w-0 flex-1 truncate hover:underline">
              {name}
            </Link>
            {dependencies.length > 0 && (
              <span className="max-w-[50%] truncate text-xs text-ink-3">after {dependencies.join(", ")}</span>
            )}
          </li>
        ))}
      </ul>
      <p className="border-t px-4 py-2 text-xs text-ink-3">
        Agents that are made, changed or switched off while a team is at work take part, or do not, from its next
        iteration on. What an agent depends on is set in its form.
      </p>
    </details>
  );
}
