"use client";

import type { TeamDetailOut, TeamIterationOut, TeamStatusOut } from "@/lib/api";
import { cost, count, dateTime, duration, timeUntil, tokenPair } from "@/lib/format";
import { useNow } from "@/lib/use-now";

import { stableFor, tookMs } from "../model/team-status";

interface TeamFactsProps {
  run: TeamDetailOut;
  status: TeamStatusOut | undefined;
  iterations: readonly TeamIterationOut[];
  over: boolean;
}

/** How far a run is and what it has taken so far, in numbers. */
export function TeamFacts({ run, status, iterations, over }: TeamFactsProps) {
  const now = useNow(1000, !over);
  const { configuration, usage } = run;
  const most = configuration.max_iterations ?? iterations.length;
  const current = status?.current_iteration ?? iterations.length;
  const threshold = configuration.stability_threshold ?? 0;
  const estimate = status?.estimated_completion;
  const facts: [string, string][] = [
    ["Iteration", `${current} of at most ${most}`],
    ["Unchanged for", `${stableFor(iterations)} of ${threshold} iterations`],
    ["Duration", duration(tookMs(run.started_at, run.completed_at, now))],
    // What the turns used is added up when the team has ended.
    ["Tokens", over ? tokenPair(usage.input_tokens ?? 0, usage.output_tokens ?? 0) : "–"],
    ["Cost", cost(run.cost_usd)],
    ["Calls", over ? `${count(usage.model_calls ?? 0)} of models, ${count(usage.tool_calls ?? 0)} of tools` : "–"],
    over
      ? ["Ended", dateTime(run.completed_at)]
      : ["Ends at the latest", estimate ? timeUntil(estimate, now) : "not known yet"],
    ["Coordinator's model", configuration.coordinator_model ?? "the default"],
  ];
  return (
    <section aria-label="Progress" className="flex flex-col gap-2">
      <progress
        aria-label="Iterations"
        max={most}
        value={iterations.filter(({ completed_at }) => completed_at !== null).length}
        className="h-1.5 w-full appearance-none overflow-hidden rounded-full [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-accent"
      />
      <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-line md:grid-cols-4">
        {facts.map(([name, value]) => (
          <div key={name} className="flex min-w-0 flex-col bg-surface px-3 py-2">
            <dt className="text-xs text-ink-3">{name}</dt>
            <dd className="nums truncate font-medium" title={value}>
              {value}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
