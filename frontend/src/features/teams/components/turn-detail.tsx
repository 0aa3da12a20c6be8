"use client";

import Link from "next/link";

import { Badge } from "@/components/ui/badge";
import { Callout } from "@/components/ui/callout";
import { JsonView } from "@/components/ui/json-view";
import { Markdown } from "@/components/ui/markdown";
import type { TeamTurnOut } from "@/lib/api";

import { turnReason, turnState } from "../model/team-status";
import { TurnIcon, turnWords } from "./team-badge";

/** An agent's turn: what it was told, what came of it, the way to its own trace. */
export function TurnDetail({ turn, iteration }: { turn: TeamTurnOut; iteration: number }) {
  const state = turnState(turn);
  const reason = turnReason(turn.status);
  return (
    <div className="flex max-h-[32rem] min-w-0 flex-col gap-3 overflow-y-auto p-4 text-sm">
      <h3 className="flex flex-wrap items-center gap-1.5 font-semibold">
        <TurnIcon state={state} />
        <Link href={`/agents/${turn.agent_id}`} className="hover:underline">
          {turn.agent}
        </Link>
        <span className="nums text-xs font-normal text-ink-3">
          v{turn.agent_version} · iteration {iteration} · {turnWords[state]}
        </span>
        {turn.updated && <Badge tone="accent">changed</Badge>}
      </h3>
      {turn.execution_id && (
        <Link href={`/runs/${turn.execution_id}`} className="self-start text-accent-ink hover:underline">
          Trace of this turn
        </Link>
      )}
      {reason && <Callout tone={state === "failed" ? "bad" : "warn"}>{reason}</Callout>}
      {turn.directions && (
        <Part title="Directions of the coordinator">
          <p className="break-words whitespace-pre-wrap">{turn.directions}</p>
        </Part>
      )}
      {turn.dependencies.length > 0 && (
        <Part title="Was given the outputs of">
          <p>{turn.dependencies.join(", ")}</p>
        </Part>
      )}
      {turn.output !== undefined && turn.output !== null && (
        <Part title="Output">
          {typeof turn.output === "string" ? (
            <Markdown text={turn.output} />
          ) : (
            <JsonView value={turn.output} label="Output" />
          )}
        </Part>
      )}
    </div>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className="flex min-w-0 flex-col gap-1">
      <h4 className="text-xs font-medium text-ink-2">{title}</h4>
      {children}
    </section>
  );
}
