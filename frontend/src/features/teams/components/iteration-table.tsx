"use client";

import { Card } from "@/components/ui/surface";
import type { TeamIterationOut } from "@/lib/api";
import { cn } from "@/lib/cn";
import { duration } from "@/lib/format";
import { useNow } from "@/lib/use-now";

import { tookMs, turnState } from "../model/team-status";
import { TurnIcon, turnWords } from "./team-badge";

interface IterationTableProps {
  iterations: readonly TeamIterationOut[];
  shown: number | null;
  onChoose: (iteration: number, agent: string | null) => void;
}

/** The history: a line for each iteration, a column for each agent that ever took part; a click shows the turn. */
export function IterationTable({ iterations, shown, onChoose }: IterationTableProps) {
  const now = useNow(1000, iterations.at(-1)?.completed_at === null);
  const names = [...new Set(iterations.flatMap(({ agents }) => agents.map(({ agent }) => agent)))].sort();
  return (
    <Card className="min-w-0 overflow-hidden">
      <h2 className="border-b px-4 py-2 font-semibold">Iterations</h2>
      {/* As wide as there are agents: it scrolls by itself. */}
      <div
        role="region"
        aria-label="Iterations and turns"
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="max-h-96 overflow-auto"
      >
        <table className="min-w-full border-collapse text-sm">
          <thead className="sticky top-0 z-10 bg-surface text-2xs text-ink-3">
            <tr className="border-b [&_th]:px-3 [&_th]:py-1.5 [&_th]:font-medium [&_th]:whitespace-nowrap">
              <th scope="col" className="text-right">
                No.
              </th>
              <th scope="col" className="text-left">
                Coordinator
              </th>
              {names.map((name) => (
                <th key={name} scope="col" className="text-left">
                  {name}
                </th>
              ))}
              <th scope="col" className="text-right">
                Changed
              </th>
              <th scope="col" className="text-right">
                Duration
              </th>
            </tr>
          </thead>
          <tbody>
            {iterations.toReversed().map((item) => (
              <tr key={item.iteration} className={cn("border-b", item.iteration === shown && "bg-accent-soft")}>
                <td className="nums px-3 py-1 text-right">
                  <button
                    type="button"
                    aria-label={`Show iteration ${item.iteration}`}
                    aria-current={item.iteration === shown ? "true" : undefined}
                    onClick={() => onChoose(item.iteration, null)}
                    className="rounded-sm px-1 font-medium hover:underline"
                  >
                    {item.iteration}
                  </button>
                </td>
                <td className="px-3 whitespace-nowrap text-ink-2">{item.project_complete ? "complete" : "goes on"}</td>
                {names.map((name) => (
                  <td key={name} className="px-3">
                    <Cell item={item} name={name} onChoose={() => onChoose(item.iteration, name)} />
                  </td>
                ))}
                <td className="nums px-3 text-right">{item.agents_updated.length}</td>
                <td className="nums px-3 text-right whitespace-nowrap text-ink-2">
                  {duration(tookMs(item.started_at, item.completed_at, now))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function Cell({ item, name, onChoose }: { item: TeamIterationOut; name: string; onChoose: () => void }) {
  const turn = item.agents.find(({ agent }) => agent === name);
  if (!turn) return <span className="text-ink-3">–</span>;
  const state = turnState(turn);
  return (
    <button
      type="button"
      aria-label={`${name} in iteration ${item.iteration}: ${turnWords[state]}${turn.updated ? ", changed" : ""}`}
      onClick={onChoose}
      className="flex h-6 items-center gap-1 rounded-sm px-1 hover:bg-hover"
    >
      <TurnIcon state={state} />
      {turn.updated && <span aria-hidden className="size-1.5 rounded-full bg-accent" />}
    </button>
  );
}
