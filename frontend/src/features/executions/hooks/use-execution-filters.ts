"use client";

import { parseAsIsoDate, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useMemo } from "react";

import { useNow } from "@/lib/use-now";

import type { ExecutionFilters } from "../api/list-executions";

export const statuses = ["pending", "running", "waiting", "completed", "failed", "cancelled", "timed_out"] as const;
export const ranges = ["hour", "day", "week", "custom"] as const;

const RANGE_MS = { hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000 };
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** The filters as they stand in the address, and as the API wants them. */
export function useExecutionFilters() {
  const [values, setValues] = useQueryStates({
    status: parseAsStringLiteral(statuses),
    agent: parseAsString,
    range: parseAsStringLiteral(ranges),
    from: parseAsIsoDate,
    to: parseAsIsoDate,
  });
  const { status, agent, range, from, to } = values;
  // To the minute, so that the same filter is the same question for a while.
  const minute = Math.floor(useNow(MINUTE_MS, range !== null) / MINUTE_MS) * MINUTE_MS;
  const filters = useMemo<ExecutionFilters>(() => {
    const base = { status, agentId: agent };
    if (range === null) return base;
    if (range === "custom")
      return {
        ...base,
        from: from?.toISOString() ?? null,
        to: to ? new Date(to.getTime() + DAY_MS).toISOString() : null,
      };
    return { ...base, from: new Date(minute - RANGE_MS[range]).toISOString() };
  }, [status, agent, range, from, to, minute]);
  const any = status !== null || agent !== null || range !== null;
  return { values, setValues, filters, any, clear: () => void setValues(null) };
}
