"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { UsersRound } from "lucide-react";
import Link from "next/link";

import { CreateLink } from "@/components/layout/create-link";
import { PageHeader } from "@/components/layout/page";
import { Ago } from "@/components/ui/ago";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { EmptyState, SkeletonRows } from "@/components/ui/surface";
import type { TeamRunOut } from "@/lib/api";
import { cost, count, duration, oneLine, tokenPair } from "@/lib/format";
import { problemText } from "@/lib/problem";
import { useNow } from "@/lib/use-now";

import { teamsQuery } from "../api/teams";
import { tookMs } from "../model/team-status";
import { TeamBadge } from "./team-badge";

const create = <CreateLink what="team">Start a team</CreateLink>;
const example = (
  <CreateLink what="example" variant="secondary">
    From an example
  </CreateLink>
);

/** All runs of teams, newest first. */
export function TeamList() {
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery(teamsQuery());
  const runs = data?.pages.flatMap((page) => page.workflows) ?? [];
  const total = data?.pages[0]?.total;
  return (
    <>
      <PageHeader
        title="Teams"
        facts={total !== undefined && <span className="nums text-ink-3">{count(total)}</span>}
        actions={create}
      />
      {isPending && <SkeletonRows />}
      {error && (
        <Callout
          tone="bad"
          className="m-4"
          title="The teams could not be loaded"
          action={
            <Button size="sm" onClick={() => void refetch()}>
              Try again
            </Button>
          }
        >
          {problemText(error)}
        </Callout>
      )}
      {data && runs.length === 0 && (
        <EmptyState
          icon={<UsersRound />}
          title="No team has been at work yet"
          action={
            <>
              {create}
              {example}
            </>
          }
        >
          A team is all your active agents at work on the same requirements. In each iteration a coordinator directs
          them, each has one turn after those it depends on, until the project is complete or nothing changes any more.
        </EmptyState>
      )}
      {runs.length > 0 && <RunTable runs={runs} />}
      {hasNextPage && (
        <div className="flex justify-center p-4">
          <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </>
  );
}

function RunTable({ runs }: { runs: readonly TeamRunOut[] }) {
  const now = useNow(1000);
  return (
    <table className="w-full table-fixed border-collapse">
      <thead className="text-2xs text-ink-3">
        <tr className="border-b [&_th]:py-1.5 [&_th]:font-medium">
          <th scope="col" className="px-4 text-left md:px-5">
            Requirements
          </th>
          <th scope="col" className="w-28 px-2 text-left">
            Status
          </th>
          <th scope="col" className="w-24 px-2 text-right max-md:hidden">
            Duration
          </th>
          <th scope="col" className="w-32 px-2 text-right max-lg:hidden">
            Tokens
          </th>
          <th scope="col" className="w-24 px-2 text-right max-lg:hidden">
            Cost
          </th>
          <th scope="col" className="w-28 px-4 text-right max-sm:hidden md:px-5">
            Started
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.map(
          ({ workflow_id, user_requirements, status, usage, cost_usd, created_at, started_at, completed_at }) => (
            <tr key={workflow_id} className="border-b hover:bg-hover">
              <td className="truncate px-4 py-2 md:px-5">
                <Link href={`/teams/${workflow_id}`} className="font-medium hover:underline">
                  {oneLine(user_requirements)}
                </Link>
              </td>
              <td className="px-2">
                <TeamBadge status={status} />
              </td>
              <td className="nums px-2 text-right text-ink-2 max-md:hidden">
                {duration(tookMs(started_at, completed_at, now))}
              </td>
              <td className="nums px-2 text-right text-ink-2 max-lg:hidden">
                {tokenPair(usage.input_tokens ?? 0, usage.output_tokens ?? 0)}
              </td>
              <td className="nums px-2 text-right text-ink-2 max-lg:hidden">{cost(cost_usd)}</td>
              <td className="nums px-4 text-right text-ink-3 max-sm:hidden md:px-5">
                <Ago at={created_at} now={now} />
              </td>
            </tr>
          ),
        )}
      </tbody>
    </table>
  );
}
