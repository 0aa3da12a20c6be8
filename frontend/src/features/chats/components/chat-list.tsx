"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";

import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Select } from "@/components/ui/select";
import { SkeletonRows } from "@/components/ui/surface";
import { cn } from "@/lib/cn";
import { dateTime, oneLine, relativeTime } from "@/lib/format";
import { problemText } from "@/lib/problem";
import { agentsQuery } from "@/lib/queries";
import { useNow } from "@/lib/use-now";

import { chatsQuery } from "../api/list-chats";

const ALL = "all";

interface ChatListProps {
  chosen: string | null;
  agentId: string | null;
  onAgent: (agentId: string | null) => void;
  onChoose: (id: string) => void;
}

/** The chats, the latest first, of all agents or of one. */
export function ChatList({ chosen, agentId, onAgent, onChoose }: ChatListProps) {
  const agents = useQuery(agentsQuery());
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    chatsQuery(agentId),
  );
  const now = useNow(30_000);
  const chats = data?.pages.flatMap((page) => page.chats) ?? [];
  const options = [
    { value: ALL, label: "With any agent" },
    ...(agents.data?.agents ?? []).map(({ id, name }) => ({ value: id, label: name })),
  ];
  return (
    <>
      <div className="border-b p-2.5">
        <Select
          label="Agent"
          value={agentId ?? ALL}
          options={options}
          onChange={(value) => onAgent(value === ALL ? null : value)}
          className="w-full"
        />
      </div>
      {isPending && <SkeletonRows />}
      {error && (
        <Callout tone="bad" className="m-3" title="The chats could not be loaded">
          {problemText(error)}
        </Callout>
      )}
      <ul aria-label="Chats" className="min-h-0 flex-1 md:overflow-y-auto">
        {chats.map(({ id, agent_name, first_query, last_query, turns, updated_at }) => (
          <li key={id}>
            <button
              type="button"
              aria-current={id === chosen ? "true" : undefined}
              onClick={() => onChoose(id)}
              className={cn(
                "block w-full border-l-2 border-transparent px-3.5 py-2 text-left hover:bg-hover focus-visible:outline-offset-[-2px]",
                id === chosen && "border-accent bg-accent-soft hover:bg-accent-soft",
              )}
            >
              <span className="block truncate font-medium">{oneLine(first_query, 120)}</span>
              {turns > 1 && <span className="block truncate text-xs text-ink-2">{oneLine(last_query, 120)}</span>}
              <span className="flex items-baseline gap-2 text-xs text-ink-3">
                <span className="truncate">{agent_name}</span>
                <span className="nums ml-auto shrink-0" title={dateTime(updated_at)}>
                  {turns} {turns === 1 ? "turn" : "turns"} · {relativeTime(updated_at, now)}
                </span>
              </span>
            </button>
          </li>
        ))}
        {data && chats.length === 0 && (
          <li className="px-4 py-10 text-center text-ink-3">
            {agentId ? "None with this agent." : "No chat yet. Begin one: ask, read, ask on."}
          </li>
        )}
      </ul>
      {hasNextPage && (
        <Button className="m-2.5" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show earlier ones
        </Button>
      )}
    </>
  );
}
