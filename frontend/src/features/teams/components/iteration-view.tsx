"use client";

import { ChevronLeft, ChevronRight } from "lucide-react";
import Link from "next/link";

import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { Slider } from "@/components/ui/slider";
import { Card } from "@/components/ui/surface";
import type { TeamIterationOut, TeamTurnOut } from "@/lib/api";
import { duration } from "@/lib/format";
import { useNow } from "@/lib/use-now";

import { tookMs, type TurnState, turnReason, turnState } from "../model/team-status";
import { Board } from "./board";
import { TurnIcon, turnWords } from "./team-badge";
import { TurnDetail } from "./turn-detail";

const boxes: Partial<Record<TurnState, string>> = {
  running: "border-accent bg-accent-soft",
  failed: "border-bad bg-bad-soft",
  waiting: "border-warn bg-warn-soft",
  done: "border-good",
  skipped: "border-dashed",
  due: "border-dashed",
};

interface IterationViewProps {
  iterations: readonly TeamIterationOut[];
  shown: TeamIterationOut;
  /** The newest iteration is shown, whichever that is. */
  following: boolean;
  agent: string | null;
  onIteration: (iteration: number | null) => void;
  onAgent: (agent: string | null) => void;
}

/** One iteration as a picture: every agent in its place, how its turn stands, and what came of the chosen one. */
export function IterationView({ iterations, shown, following, agent, onIteration, onAgent }: IterationViewProps) {
  const open = shown.completed_at === null;
  const now = useNow(1000, open);
  const members = shown.agents.map((turn) => ({ ...turn, name: turn.agent }));
  const chosen = members.find(({ name }) => name === agent);
  return (
    <Card className="min-w-0 overflow-hidden">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-4 py-2">
        <h2 className="font-semibold">Iteration {shown.iteration}</h2>
        <span className="text-xs text-ink-3">{words(shown)}</span>
        <span className="flex-1" />
        {iterations.length > 1 && (
          <Chooser iterations={iterations} shown={shown.iteration} following={following} onIteration={onIteration} />
        )}
      </header>
      {/* Side by side where there is room, so that a choice does not push the picture away. */}
      <div className="grid min-w-0 xl:grid-cols-[minmax(0,1fr)_26rem]">
        <Board
          label={`Turns of iteration ${shown.iteration}`}
          members={members}
          chosen={chosen?.name ?? null}
          onChoose={(name) => onAgent(name === agent ? null : name)}
          look={(member) => boxes[turnState(member)] ?? ""}
        >
          {(member) => {
            const state = turnState(member);
            return (
              <>
                <span className="flex items-center gap-1.5">
                  <TurnIcon state={state} />
                  <span className="truncate font-medium">{member.name}</span>
                </span>
                <span className="nums truncate text-xs text-ink-2">{note(member, state, now)}</span>
              </>
            );
          }}
        </Board>
        <aside className="min-w-0 border-t xl:border-t-0 xl:border-l" aria-label="Turn">
          {chosen ? <TurnDetail turn={chosen} iteration={shown.iteration} /> : <Coordinator iteration={shown} />}
        </aside>
      </div>
    </Card>
  );
}

function Chooser({
  iterations,
  shown,
  following,
  onIteration,
}: {
  iterations: readonly TeamIterationOut[];
  shown: number;
  following: boolean;
  onIteration: (iteration: number | null) => void;
}) {
  const last = iterations.length;
  return (
    <div role="group" aria-label="Choose the iteration" className="flex items-center gap-1.5">
      <IconButton label="Earlier iteration" disabled={shown <= 1} onClick={() => onIteration(shown - 1)}>
        <ChevronLeft />
      </IconButton>
      <Slider
        label="Iteration"
        value={shown}
        min={1}
        max={last}
        onChange={onIteration}
        text={(value) => `${value} of ${last}`}
        className="w-28 sm:w-40"
      />
      <IconButton label="Later iteration" disabled={shown >= last} onClick={() => onIteration(shown + 1)}>
        <ChevronRight />
      </IconButton>
      {!following && (
        <Button size="sm" onClick={() => onIteration(null)}>
          Newest
        </Button>
      )}
    </div>
  );
}

/** What stands beside the picture while no agent is chosen: the coordinator, who directs them all. */
function Coordinator({
  iteration: { coordinator_execution_id, coordinator_status, project_complete, agents },
}: {
  iteration: TeamIterationOut;
}) {
  const directed = agents.filter(({ directions }) => directions);
  return (
    <div className="flex flex-col gap-2 p-4 text-sm">
      <h3 className="flex items-center gap-1.5 font-semibold">
        <TurnIcon state={turnState({ status: coordinator_status, execution_id: coordinator_execution_id })} />
        Coordinator
      </h3>
      <p className="text-ink-2">
        {project_complete
          ? "Says that the project is complete: the team ends."
          : directed.length > 0
            ? "Directs the agents:"
            : "Has no directions for anybody in this iteration."}
      </p>
      {directed.length > 0 && (
        <dl className="flex flex-col gap-1.5">
          {directed.map(({ agent, directions }) => (
            <div key={agent}>
              <dt className="text-xs font-medium text-ink-2">{agent}</dt>
              <dd className="break-words">{directions}</dd>
            </div>
          ))}
        </dl>
      )}
      <Link href={`/runs/${coordinator_execution_id}`} className="self-start text-accent-ink hover:underline">
        Trace of the coordinator
      </Link>
      <p className="text-xs text-ink-3">Choose an agent to see what it was told and what it said.</p>
    </div>
  );
}

function words({ agents, agents_updated, completed_at, project_complete }: TeamIterationOut): string {
  if (completed_at === null)
    return `${agents.filter((turn) => turnState(turn) === "done").length} of ${agents.length} done`;
  if (project_complete && agents.every(({ execution_id }) => execution_id === null)) return "the project is complete";
  return agents_updated.length === 0 ? "nothing changed" : `${agents_updated.length} of ${agents.length} changed`;
}

function note(turn: TeamTurnOut, state: TurnState, now: number): string {
  if (state === "failed" || state === "skipped") return turnReason(turn.status) || turnWords[state];
  if (state === "due") return turn.dependencies.length > 0 ? `after ${turn.dependencies.join(", ")}` : "not yet";
  const took = duration(tookMs(turn.started_at, turn.completed_at, now));
  return state === "done" ? `${took} · ${turn.updated ? "changed" : "as before"}` : `${turnWords[state]} · ${took}`;
}
