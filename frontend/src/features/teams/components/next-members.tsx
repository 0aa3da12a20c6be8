"use client";

import { useQuery } from "@tanstack/react-query";

import type { TeamTurnOut } from "@/lib/api";
import { agentsQuery } from "@/lib/queries";

import { changesOf, membersOf } from "../model/members";
import { MembersCard } from "./members-card";

const words = { joins: "joins", leaves: "leaves", changed: "comes as another version" } as const;

/** Who takes part from the next iteration on, and how that differs from the one at work. */
export function NextMembers({ turns }: { turns: readonly TeamTurnOut[] }) {
  const { data } = useQuery({ ...agentsQuery(), refetchInterval: 10_000 });
  const changes = data && turns.length > 0 ? changesOf(turns, membersOf(data.agents)) : [];
  return (
    <MembersCard title="From the next iteration on">
      {changes.length > 0 && (
        <ul aria-label="Changes" className="border-b bg-accent-soft px-4 py-2 text-sm">
          {changes.map(({ name, what }) => (
            <li key={`${name}-${what}`}>
              <span className="font-medium">{name}</span> {words[what]}
            </li>
          ))}
        </ul>
      )}
    </MembersCard>
  );
}
