"use client";

import { parseAsIsoDate, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useMemo } from "react";

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
  const filters = useMemo<ExecutionFilters>(() => {
    const base = { status, agentId: agent };
    if (range === null) return base;
    if (range === "custom") return { ...base, from: from?.toISOString() ?? null, to: to ? new Date(to.getTime() + DAY_MS).toISOString() : null };
    // To the minute, so that the same filter is the same question for a while.
    const start = Math.floor((Date.now() - RANGE_MS[range]) / MINUTE_MS) * MINUTE_MS;
    return { ...base, from: new Date(start).toISOString() };
  }, [status, agent, range, from, to]);
  const any = status !== null || agent !== null || range !== null;
  return { values, setValues, filters, any, clear: () => void setValues(null) };
}
