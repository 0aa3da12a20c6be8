"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { Workflow } from "lucide-react";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";

import { CreateLink } from "@/components/layout/create-link";
import { PageBody, PageHeader } from "@/components/layout/page";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { SearchInput } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { EmptyState, SkeletonRows } from "@/components/ui/surface";
import { count } from "@/lib/format";
import { problemText } from "@/lib/problem";
import { useNow } from "@/lib/use-now";
import { useSettled } from "@/lib/use-settled";

import { workflowPagesQuery } from "../../api/list-workflows";
import { processes } from "../../model/draft";
import { WorkflowCard } from "./workflow-card";

const ALL = "all";
const processNames = ["sequential", "hierarchical", "graph"] as const;
const processOptions = [
  { value: ALL, label: "Any process" },
  ...processNames.map((process) => ({ value: process, label: processes[process].label })),
];

/** All workflows, with search and the process as a filter. */
export function WorkflowList() {
  const [filters, setFilters] = useQueryStates({
    q: parseAsString.withDefault(""),
    process: parseAsStringLiteral(processNames),
  });
  const search = useSettled(filters.q.trim(), 250);
  const pages = useInfiniteQuery(workflowPagesQuery({ search, process: filters.process }));
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = pages;
  const now = useNow(30_000);
  const found = data?.pages.flatMap((page) => page.workflows) ?? [];
  const total = data?.pages[0]?.total;
  const filtered = filters.q !== "" || filters.process !== null;
  return (
    <>
      <PageHeader
        title="Workflows"
        facts={total !== undefined && <span className="nums text-ink-3">{count(total)}</span>}
        actions={<CreateLink what="workflow">New workflow</CreateLink>}
      />
      <PageBody>
        <div role="group" aria-label="Filters" className="flex flex-wrap items-center gap-2 pb-3">
          <SearchInput
            label="Search workflows"
            value={filters.q}
            onChange={(event) => void setFilters({ q: event.target.value })}
            className="max-w-80 flex-1"
          />
          <Select
            label="Process"
            value={filters.process ?? ALL}
            options={processOptions}
            onChange={(value) => void setFilters({ process: processNames.find((name) => name === value) ?? null })}
          />
        </div>
        {isPending && <SkeletonRows />}
        {error && (
          <Callout
            tone="bad"
            title="The workflows could not be loaded"
            action={
              <Button size="sm" onClick={() => void refetch()}>
                Try again
              </Button>
            }
          >
            {problemText(error)}
          </Callout>
        )}
        {data && found.length === 0 && <Empty filtered={filtered} onClear={() => void setFilters(null)} />}
        <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
          {found.map((workflow) => (
            <li key={workflow.id} className="flex min-w-0">
              <WorkflowCard workflow={workflow} now={now} />
            </li>
          ))}
        </ul>
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

function Empty({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (filtered)
    return (
      <EmptyState
        icon={<Workflow />}
        title="No workflow fits"
        action={<Button onClick={onClear}>Clear search and filters</Button>}
      />
    );
  return (
    <EmptyState
      icon={<Workflow />}
      title="No workflows yet"
      action={
        <>
          <CreateLink what="workflow">Create the first workflow</CreateLink>
          <CreateLink what="example" variant="secondary">
            From an example
          </CreateLink>
        </>
      }
    >
      A workflow has several agents work together: tasks one after another, a manager who delegates, or a graph with
      branches, loops, tools and questions to people. Begin with a template, say which agent plays which part, and run
      it.
    </EmptyState>
  );
}
