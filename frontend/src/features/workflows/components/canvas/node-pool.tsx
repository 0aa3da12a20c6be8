"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { type ReactNode, useState } from "react";

import { SearchInput } from "@/components/ui/input";
import { agentsQuery } from "@/lib/queries";

import { type NewNode, NODE_DATA } from "../../model/edit";
import { kinds, otherKinds } from "../../model/kinds";
import { KindIcon } from "./kind-icon";

const SEARCH_FROM = 8;

/** What can be placed: agents, and in graphs the other kinds of nodes. A click places it, or it is dragged. */
export function NodePool({ graph, onAdd }: { graph: boolean; onAdd: (node: NewNode) => void }) {
  const { data, isPending } = useQuery(agentsQuery());
  const [search, setSearch] = useState("");
  const agents = data?.agents ?? [];
  const wanted = search.trim().toLowerCase();
  const shown = agents.filter(({ name, role }) => `${name} ${role ?? ""}`.toLowerCase().includes(wanted));
  return (
    <div className="flex min-w-0 flex-col gap-4 p-3">
      <section className="flex min-w-0 flex-col gap-1.5">
        <h2 className="text-2xs font-semibold tracking-wide text-ink-3 uppercase">Agents</h2>
        {agents.length >= SEARCH_FROM && (
          <SearchInput label="Search the pool" value={search} onChange={(event) => setSearch(event.target.value)} />
        )}
        {!isPending && agents.length === 0 && (
          <p className="text-xs text-ink-3">
            None yet.{" "}
            <Link href="/agents/new" className="text-accent-ink hover:underline">
              Create an agent
            </Link>
          </p>
        )}
        <ul className="flex flex-col gap-1">
          {shown.map(({ id, name, display_name, role }) => (
            <li key={id}>
              <Placeable
                node={{ type: "agent", name, agentId: id }}
                label={display_name || name}
                words={role ?? ""}
                icon={<KindIcon kind="agent" />}
                onAdd={onAdd}
              />
            </li>
          ))}
        </ul>
      </section>
      {graph && (
        <section className="flex min-w-0 flex-col gap-1.5">
          <h2 className="text-2xs font-semibold tracking-wide text-ink-3 uppercase">Nodes</h2>
          <ul className="flex flex-col gap-1">
            {otherKinds.map((kind) => (
              <li key={kind}>
                <Placeable
                  node={{ type: kind }}
                  label={kinds[kind].label}
                  words={kinds[kind].words}
                  icon={<KindIcon kind={kind} />}
                  onAdd={onAdd}
                />
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

interface PlaceableProps {
  node: NewNode;
  label: string;
  words: string;
  icon: ReactNode;
  onAdd: (node: NewNode) => void;
}

function Placeable({ node, label, words, icon, onAdd }: PlaceableProps) {
  return (
    <button
      type="button"
      draggable
      onDragStart={(event) => {
        event.dataTransfer.setData(NODE_DATA, JSON.stringify(node));
        event.dataTransfer.effectAllowed = "copy";
      }}
      onClick={() => onAdd(node)}
      className="flex w-full min-w-0 items-center gap-2 rounded-md border bg-surface px-2 py-1.5 text-left hover:border-line-strong hover:bg-hover"
    >
      {icon}
      <span className="min-w-0">
        <span className="block truncate text-sm">
          <span className="sr-only">Place </span>
          {label}
        </span>
        {words && <span className="block truncate text-2xs text-ink-3">{words}</span>}
      </span>
    </button>
  );
}
