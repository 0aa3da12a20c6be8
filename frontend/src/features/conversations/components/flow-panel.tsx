"use client";

import { useQuery } from "@tanstack/react-query";
import { MessagesSquare } from "lucide-react";
import { useState } from "react";

import { PageBody } from "@/components/layout/page";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Card, EmptyState, SkeletonRows } from "@/components/ui/surface";
import type { ConversationStatsOut } from "@/lib/api";
import { cn } from "@/lib/cn";
import { count, dateTime, relativeTime } from "@/lib/format";
import { problemText } from "@/lib/problem";
import { useNow } from "@/lib/use-now";

import { statsQuery } from "../api/get-stats";
import { FlowDrawing } from "./flow-drawing";

/** How much the agents talk: in all, as a picture, and as a table of the same numbers. */
export function FlowPanel({ onOpen }: { onOpen: (agent: string, other: string) => void }) {
  const { data, error, refetch } = useQuery(statsQuery());
  const [chosen, setChosen] = useState<string | null>(null);
  if (error)
    return (
      <Callout
        tone="bad"
        className="m-4"
        title="The numbers could not be loaded"
        action={
          <Button size="sm" onClick={() => void refetch()}>
            Try again
          </Button>
        }
      >
        {problemText(error)}
      </Callout>
    );
  if (!data) return <SkeletonRows />;
  const pairs = data.pairs ?? [];
  if (pairs.length === 0)
    return (
      <EmptyState icon={<MessagesSquare />} title="Nobody has said anything yet">
        Start a team, or run a workflow whose steps give each other their results.
      </EmptyState>
    );
  return (
    <PageBody className="flex max-w-7xl flex-col gap-4">
      <Totals stats={data} />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
        <Card className="p-3">
          <FlowDrawing pairs={pairs} chosen={chosen} onChoose={setChosen} />
        </Card>
        <Card className="overflow-hidden">
          <PairTable stats={data} chosen={chosen} onOpen={onOpen} />
        </Card>
      </div>
    </PageBody>
  );
}

function Totals({ stats }: { stats: ConversationStatsOut }) {
  const facts = [
    ["Agents", count(stats.agents)],
    ["Dialogues", count(stats.conversations)],
    ["Messages", count(stats.messages)],
    ["Characters", count(stats.characters)],
    ["First message", dateTime(stats.first_message_at)],
    ["Last message", dateTime(stats.last_message_at)],
  ] as const;
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-line sm:grid-cols-3 xl:grid-cols-6">
      {facts.map(([name, value]) => (
        <div key={name} className="flex flex-col bg-surface px-3 py-2">
          <dt className="text-xs text-ink-3">{name}</dt>
          <dd className={cn("nums font-semibold", value.length < 9 && "text-lg")}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function PairTable({
  stats,
  chosen,
  onOpen,
}: {
  stats: ConversationStatsOut;
  chosen: string | null;
  onOpen: (agent: string, other: string) => void;
}) {
  const now = useNow(30_000);
  const pairs = (stats.pairs ?? []).filter(
    ({ from_agent, to_agent }) => chosen === null || from_agent === chosen || to_agent === chosen,
  );
  return (
    <table className="w-full table-fixed border-collapse text-sm">
      <caption className="sr-only">Messages from each agent to each other one</caption>
      <thead className="text-2xs text-ink-3">
        <tr className="border-b [&_th]:py-1.5 [&_th]:font-medium">
          <th scope="col" className="px-3 text-left">
            From → to
          </th>
          <th scope="col" className="w-20 px-2 text-right">
            Messages
          </th>
          <th scope="col" className="w-24 px-2 text-right max-sm:hidden">
            Characters
          </th>
          <th scope="col" className="w-24 px-3 text-right max-sm:hidden">
            Last
          </th>
        </tr>
      </thead>
      <tbody>
        {pairs.map(({ from_agent, to_agent, messages, characters, last_message_at }) => (
          <tr key={`${from_agent}\n${to_agent}`} className="border-b last:border-b-0 hover:bg-hover">
            <td className="truncate px-3 py-1.5">
              <button
                type="button"
                onClick={() => onOpen(from_agent, to_agent)}
                className="max-w-full truncate rounded-sm text-left hover:underline"
              >
                {from_agent} → {to_agent}
              </button>
            </td>
            <td className="nums px-2 text-right">{count(messages)}</td>
            <td className="nums px-2 text-right max-sm:hidden">{count(characters)}</td>
            <td className="nums px-3 text-right text-ink-3 max-sm:hidden" title={dateTime(last_message_at)}>
              {relativeTime(last_message_at, now)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
