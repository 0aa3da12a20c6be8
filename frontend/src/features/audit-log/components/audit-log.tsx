"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { ScrollText, X } from "lucide-react";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useMemo } from "react";

import { PageHeader } from "@/components/layout/page";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { EmptyState, SkeletonRows } from "@/components/ui/surface";
import { count } from "@/lib/format";
import { problemText, toProblem } from "@/lib/problem";
import { usersQuery } from "@/lib/queries";
import { useNow } from "@/lib/use-now";
import { useSettled } from "@/lib/use-settled";

import { auditQuery } from "../api/list-audit-entries";
import { knownActions } from "../model/entry";
import { AuditTable } from "./audit-table";

const ALL = "all";
const outcomes = ["done", "refused", "incident"] as const;
const ranges = ["hour", "day", "week", "month"] as const;
const RANGE_MS = { hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000, month: 30 * 86_400_000 };
const MINUTE_MS = 60_000;
const outcomeOptions = [
  { value: ALL, label: "Any outcome" },
  { value: "done", label: "Done" },
  { value: "refused", label: "Refused" },
  { value: "incident", label: "Incident" },
];
const rangeOptions = [
  { value: ALL, label: "Any time" },
  { value: "hour", label: "Last hour" },
  { value: "day", label: "Last 24 hours" },
  { value: "week", label: "Last 7 days" },
  { value: "month", label: "Last 30 days" },
];

/** Who did what, when, from where, and how it went. For administrators; filters stand in the address. */
export function AuditLog() {
  const [values, setValues] = useQueryStates({
    action: parseAsString,
    outcome: parseAsStringLiteral(outcomes),
    person: parseAsString,
    range: parseAsStringLiteral(ranges),
  });
  const { outcome, person, range } = values;
  const people = useQuery(usersQuery());
  const action = useSettled(values.action?.trim() || null);
  // To the minute, so that the same filter is the same question for a while.
  const minute = Math.floor(useNow(MINUTE_MS, range !== null) / MINUTE_MS) * MINUTE_MS;
  const filters = useMemo(
    () => ({ action, outcome, actorId: person, from: range ? new Date(minute - RANGE_MS[range]).toISOString() : null }),
    [action, outcome, person, range, minute],
  );
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    auditQuery(filters),
  );
  const entries = data?.pages.flatMap((page) => page.entries) ?? [];
  const total = data?.pages[0]?.total;
  const names = new Map((people.data?.users ?? []).map(({ id, username }) => [id, username]));
  const any = Object.values(values).some((value) => value !== null);
  const denied = error !== null && toProblem(error).status === 403;
  return (
    <>
      <PageHeader
        title="Audit log"
        facts={total !== undefined && <span className="nums text-ink-3">{count(total)}</span>}
      />
      <div role="group" aria-label="Filters" className="flex flex-wrap items-center gap-2 border-b px-4 py-2 md:px-5">
        <Input
          aria-label="Action"
          placeholder="Any action"
          list="audit-actions"
          spellCheck={false}
          value={values.action ?? ""}
          onChange={(event) => void setValues({ action: event.target.value || null })}
          className="w-48"
        />
        <datalist id="audit-actions">
          {knownActions.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <Select
          label="Outcome"
          value={outcome ?? ALL}
          options={outcomeOptions}
          onChange={(value) => void setValues({ outcome: outcomes.find((known) => known === value) ?? null })}
        />
        <Select
          label="Person"
          value={person ?? ALL}
          options={[{ value: ALL, label: "Anybody" }, ...[...names].map(([value, label]) => ({ value, label }))]}
          onChange={(value) => void setValues({ person: value === ALL ? null : value })}
          className="max-w-48"
        />
        <Select
          label="Time"
          value={range ?? ALL}
          options={rangeOptions}
          onChange={(value) => void setValues({ range: ranges.find((known) => known === value) ?? null })}
        />
        {any && (
          <Button variant="ghost" onClick={() => void setValues(null)}>
            <X /> Clear
          </Button>
        )}
      </div>
      {isPending && <SkeletonRows rows={9} />}
      {error && (
        <Callout
          tone={denied ? "warn" : "bad"}
          className="m-4"
          title={denied ? "Only administrators read the audit log" : "The audit log could not be loaded"}
        >
          {problemText(error)}
        </Callout>
      )}
      {data && entries.length === 0 && (
        <EmptyState
          icon={<ScrollText />}
          title={any ? "Nothing fits these filters" : "Nothing to show yet"}
          action={any && <Button onClick={() => void setValues(null)}>Clear the filters</Button>}
        >
          {!any &&
            "Who signed in or was refused, whose role was changed, which keys were made, what the sandbox stopped: it is written down here, and never changed."}
        </EmptyState>
      )}
      {entries.length > 0 && <AuditTable entries={entries} names={names} />}
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
