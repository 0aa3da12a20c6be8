"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Play } from "lucide-react";
import Link from "next/link";

import { PageHeader } from "@/components/layout/page";
import { Button, buttonStyles } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { TraceIcon } from "@/components/ui/icons";
import { EmptyState, SkeletonRows } from "@/components/ui/surface";
import { count } from "@/lib/format";
import { problemText } from "@/lib/problem";

import { executionsQuery } from "../../api/list-executions";
import { useExecutionFilters } from "../../hooks/use-execution-filters";
import { ExecutionFilters } from "./execution-filters";
import { ExecutionTable } from "./execution-table";

/** All executions, with filters in the address. */
export function ExecutionList() {
  const state = useExecutionFilters();
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery(
    executionsQuery(state.filters),
  );
  const executions = data?.pages.flatMap((page) => page.executions) ?? [];
  const first = data?.pages[0];
  const counted = first && `${count(first.total)}${first.total_is_exact ? "" : "+"}`;
  return (
    <>
      <PageHeader title="Runs" facts={counted && <span className="nums text-ink-3">{counted}</span>} />
      <ExecutionFilters state={state} />
      {isPending && <SkeletonRows rows={9} />}
      {error && (
        <Callout
          tone="bad"
          className="m-4"
          title="The runs could not be loaded"
          action={
            <Button size="sm" onClick={() => void refetch()}>
              Try again
            </Button>
          }
        >
          {problemText(error)}
        </Callout>
      )}
      {data && executions.length === 0 && <Empty filtered={state.any} onClear={state.clear} />}
      {executions.length > 0 && <ExecutionTable executions={executions} others={state.filters.owner !== null} />}
      {hasNextPage && (
        <div className="flex justify-center p-4">
          <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {isFetchingNextPage ? "Loading …" : "Show more"}
          </Button>
        </div>
      )}
    </>
  );
}

function Empty({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (filtered) {
    return (
      <EmptyState
        icon={<TraceIcon />}
        title="No run fits these filters"
        action={<Button onClick={onClear}>Clear the filters</Button>}
      />
    );
  }
  return (
    <EmptyState
      icon={<TraceIcon />}
      title="Nothing has run yet"
      action={
        <Link href="/playground" className={buttonStyles({ variant: "primary" })}>
          <Play /> Open the playground
        </Link>
      }
    >
      Every run of an agent is stored here with its whole trace: each model call, each tool call, what came back and
      what it cost.
    </EmptyState>
  );
}
