"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";

import { cn } from "@/lib/cn";
import { count } from "@/lib/format";
import { useNow } from "@/lib/use-now";

import { executionCountQuery } from "../../api/count-executions";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** What goes on at the moment, and what went wrong lately; each number leads to its runs. */
export function Activity() {
  // To the minute, so that the question stays the same for a while.
  const minute = Math.floor(useNow(MINUTE_MS) / MINUTE_MS) * MINUTE_MS;
  const since = new Date(minute - DAY_MS).toISOString();
  const running = useQuery(executionCountQuery("running")).data;
  const waiting = useQuery(executionCountQuery("waiting")).data;
  const failed = useQuery(executionCountQuery("failed", since)).data;
  const completed = useQuery(executionCountQuery("completed", since)).data;
  return (
    <section
      aria-label="Activity"
      className="grid grid-cols-2 overflow-hidden rounded-lg border bg-surface sm:grid-cols-4"
    >
      <Metric href="/runs?status=running" value={running} text="running now" dot="bg-accent" />
      <Metric href="/runs?status=waiting" value={waiting} text="waiting for a person" dot="bg-warn" />
      <Metric href="/runs?status=failed&range=day" value={failed} text="failed in 24 hours" dot="bg-bad" />
      <Metric href="/runs?status=completed&range=day" value={completed} text="completed in 24 hours" dot="bg-good" />
    </section>
  );
}

function Metric({ href, value, text, dot }: { href: string; value: number | undefined; text: string; dot: string }) {
  return (
    <Link
      href={href}
      className="flex items-center gap-2 border-line px-4 py-2.5 hover:bg-hover max-sm:nth-[2n]:border-l max-sm:nth-[n+3]:border-t sm:not-first:border-l"
    >
      <span aria-hidden className={cn("size-1.5 shrink-0 rounded-full", value ? dot : "bg-line-strong")} />
      <span className="flex min-w-0 flex-col sm:flex-row sm:items-baseline sm:gap-2">
        <span className="nums text-lg font-semibold">{value === undefined ? "–" : count(value)}</span>
        <span className="text-xs text-ink-3">{text}</span>
      </span>
    </Link>
  );
}
