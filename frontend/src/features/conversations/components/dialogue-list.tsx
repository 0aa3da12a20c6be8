"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { ArrowLeftRight, MessagesSquare } from "lucide-react";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";

import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { SearchInput } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { EmptyState, SkeletonRows } from "@/components/ui/surface";
import type { ConversationOut } from "@/lib/api";
import { cn } from "@/lib/cn";
import { count, dateTime, relativeTime } from "@/lib/format";
import { problemText } from "@/lib/problem";
import { useNow } from "@/lib/use-now";
import { useSettled } from "@/lib/use-settled";

import { statsQuery } from "../api/get-stats";
import { conversationsQuery } from "../api/list-conversations";
import { talkers } from "../model/flow-picture";

const ALL = "*";
const statuses = ["active", "archived"] as const;
const statusOptions = [
  { value: ALL, label: "All" },
  { value: "active", label: "Active" },
  { value: "archived", label: "Archived" },
];

interface DialogueListProps {
  chosen: string | null;
  agent: string | null;
  other: string | null;
  onFilter: (agent: string | null, other: string | null) => void;
  onChoose: (id: string) => void;
}

/** The dialogues, the latest first: of all agents, of one, or of a pair; with words that were said in them. */
export function DialogueList({ chosen, agent, other, onFilter, onChoose }: DialogueListProps) {
  const [{ q, status }, setWords] = useQueryStates({
    q: parseAsString.withDefault(""),
    status: parseAsStringLiteral(statuses),
  });
  const search = useSettled(q.trim(), 250);
  const stats = useQuery(statsQuery());
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    conversationsQuery({ agent, other, search, status }),
  );
  const now = useNow(30_000);
  const dialogues = data?.pages.flatMap((page) => page.conversations) ?? [];
  const names = talkers(stats.data?.pairs ?? []);
  const options = (any: string, own: string | null) => [
    { value: ALL, label: any },
    ...[...new Set([...names, ...(own ? [own] : [])])].map((name) => ({ value: name, label: name })),
  ];
  const filtered = agent !== null || other !== null || q !== "" || status !== null;
  const clear = () => {
    onFilter(null, null);
    void setWords(null);
  };
  return (
    <>
      <div role="group" aria-label="Filters" className="flex flex-col gap-2 border-b p-2.5">
        <SearchInput label="Search messages" value={q} onChange={(event) => void setWords({ q: event.target.value })} />
        <div className="flex items-center gap-1.5">
          <Select
            label="Agent"
            value={agent ?? ALL}
            options={options("Any agent", agent)}
            onChange={(value) => onFilter(value === ALL ? null : value, value === ALL ? null : other)}
            className="min-w-0 flex-1"
          />
          <ArrowLeftRight aria-hidden className="size-3.5 shrink-0 text-ink-3" />
          <Select
            label="With"
            value={other ?? ALL}
            disabled={agent === null}
            options={options("with any", other).filter(({ value }) => value === ALL || value !== agent)}
            onChange={(value) => onFilter(agent, value === ALL ? null : value)}
            className="min-w-0 flex-1"
          />
        </div>
        <Select
          label="Status"
          value={status ?? ALL}
          options={statusOptions}
          onChange={(value) => void setWords({ status: statuses.find((name) => name === value) ?? null })}
          className="w-full"
        />
      </div>
      {isPending && <SkeletonRows />}
      {error && (
        <Callout tone="bad" className="m-3" title="The dialogues could not be loaded">
          {problemText(error)}
        </Callout>
      )}
      {data && dialogues.length === 0 && <Nothing filtered={filtered} onClear={clear} />}
      <ul aria-label="Dialogues" className="min-h-0 flex-1 md:overflow-y-auto">
        {dialogues.map((dialogue) => (
          <li key={dialogue.conversation_id}>
            <Line
              dialogue={dialogue}
              now={now}
              current={dialogue.conversation_id === chosen}
              onChoose={() => onChoose(dialogue.conversation_id)}
            />
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <Button className="m-2.5" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show earlier ones
        </Button>
      )}
    </>
  );
}

function Line({
  dialogue: { participants, message_count, last_message_at, status },
  now,
  current,
  onChoose,
}: {
  dialogue: ConversationOut;
  now: number;
  current: boolean;
  onChoose: () => void;
}) {
  return (
    <button
      type="button"
      aria-current={current ? "true" : undefined}
      onClick={onChoose}
      className={cn(
        "block w-full border-l-2 border-transparent px-3.5 py-2 text-left hover:bg-hover focus-visible:outline-offset-[-2px]",
        current && "border-accent bg-accent-soft hover:bg-accent-soft",
      )}
    >
      <span className="block truncate font-medium">{participants.join(" ↔ ")}</span>
      <span className="flex items-center gap-2 text-xs text-ink-3">
        <span className="nums">
          {count(message_count)} {message_count === 1 ? "message" : "messages"}
        </span>
        {status === "archived" && <Badge>archived</Badge>}
        <span className="nums ml-auto shrink-0" title={dateTime(last_message_at)}>
          {relativeTime(last_message_at, now)}
        </span>
      </span>
    </button>
  );
}

function Nothing({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (filtered)
    return <EmptyState title="No dialogue fits" action={<Button onClick={onClear}>Clear search and filters</Button>} />;
  return (
    <EmptyState icon={<MessagesSquare />} title="No dialogues yet">
      They come about by themselves, when agents of a team or steps of a workflow give each other what they found.
    </EmptyState>
  );
}
