"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useDeferredValue, useState } from "react";

import { CreateLink } from "@/components/layout/create-link";
import { PageBody, PageHeader } from "@/components/layout/page";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { AgentIcon } from "@/components/ui/icons";
import { EmptyState, SkeletonRows } from "@/components/ui/surface";
import { count } from "@/lib/format";
import { problemText } from "@/lib/problem";
import { useNow } from "@/lib/use-now";
import { useRefusal } from "@/lib/use-permissions";
import { useViewStore } from "@/stores/view";

import { agentPagesQuery } from "../../api/list-agents";
import { useAgentActions } from "../../hooks/use-agent-actions";
import { AgentCard } from "./agent-card";
import { AgentListToolbar, agentStatuses } from "./agent-list-toolbar";
import { AgentTable } from "./agent-table";

/** All agents, as cards or as a table. */
export function AgentList() {
  const [filters, setFilters] = useQueryStates({
    q: parseAsString.withDefault(""),
    status: parseAsStringLiteral(agentStatuses),
    tool: parseAsString,
  });
  const search = useDeferredValue(filters.q);
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery(
    agentPagesQuery({ search, status: filters.status, tool: filters.tool }),
  );
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const agentsView = useViewStore((state) => state.agentsView);
  const now = useNow(30_000);
  const refused = useRefusal("agents:write");
  const agents = data?.pages.flatMap((page) => page.agents) ?? [];
  const total = data?.pages[0]?.total;
  const filtered = filters.q !== "" || filters.status !== null || filters.tool !== null;
  const choose = (id: string, on: boolean) =>
    setChosen((before) => new Set(on ? [...before, id] : [...before].filter((other) => other !== id)));
  return (
    <>
      <PageHeader
        title="Agents"
        facts={total !== undefined && <span className="nums text-ink-3">{count(total)}</span>}
        actions={<CreateLink what="agent">New agent</CreateLink>}
      />
      <PageBody>
        <AgentListToolbar filters={filters} onChange={(change) => void setFilters(change)} />
        {chosen.size > 0 && <BulkBar ids={[...chosen]} onDone={() => setChosen(new Set())} />}
        {isPending && <SkeletonRows />}
        {error && (
          <Callout
            tone="bad"
            title="The agents could not be loaded"
            action={
              <Button size="sm" onClick={() => void refetch()}>
                Try again
              </Button>
            }
          >
            {problemText(error)}
          </Callout>
        )}
        {data && agents.length === 0 && <Empty filtered={filtered} onClear={() => void setFilters(null)} />}
        {agents.length > 0 &&
          (agentsView === "cards" ? (
            <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
              {agents.map((agent) => (
                <li key={agent.id} className="grid min-w-0">
                  <AgentCard
                    agent={agent}
                    now={now}
                    chosen={chosen.has(agent.id)}
                    {...(refused === undefined ? { onChoose: (on: boolean) => choose(agent.id, on) } : {})}
                  />
                </li>
              ))}
            </ul>
          ) : (
            <AgentTable
              agents={agents}
              now={now}
              chosen={chosen}
              {...(refused === undefined ? { onChoose: choose } : {})}
            />
          ))}
        {hasNextPage && (
          <div className="flex justify-center p-4">
            <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              Show more
            </Button>
          </div>
        )}
      </PageBody>
    </>
  );
}

function BulkBar({ ids, onDone }: { ids: string[]; onDone: () => void }) {
  const { setStatus } = useAgentActions();
  const set = (action: "enable" | "disable") => setStatus.mutate({ ids, action }, { onSuccess: onDone });
  return (
    <div
      role="group"
      aria-label="Chosen agents"
      className="mb-3 flex flex-wrap items-center gap-2 rounded-md border border-accent/40 bg-accent-soft px-3 py-1.5"
    >
      <span className="nums flex-1">{ids.length} chosen</span>
      <Button size="sm" disabled={setStatus.isPending} onClick={() => set("enable")}>
        Enable
      </Button>
      <Button size="sm" disabled={setStatus.isPending} onClick={() => set("disable")}>
        Disable
      </Button>
      <Button size="sm" variant="ghost" onClick={onDone}>
        Clear
      </Button>
    </div>
  );
}

function Empty({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (filtered)
    return (
      <EmptyState
        icon={<AgentIcon />}
        title="No agent fits"
        action={<Button onClick={onClear}>Clear search and filters</Button>}
      />
    );
  return (
    <EmptyState
      icon={<AgentIcon />}
      title="No agents yet"
      action={<CreateLink what="agent">Create the first agent</CreateLink>}
    >
      An agent is a model with instructions and tools. Give it a name, say what it should do, choose what it may use –
      that is all.
    </EmptyState>
  );
}
