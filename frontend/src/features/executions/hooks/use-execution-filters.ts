"use client";

import { parseAsFloat, parseAsIsoDate, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useMemo } from "react";

import { useNow } from "@/lib/use-now";
import { useSettled } from "@/lib/use-settled";

import { type ExecutionFilters, origins, sorts } from "../api/list-executions";

export const statuses = ["pending", "running", "waiting", "completed", "failed", "cancelled", "timed_out"] as const;
export const ranges = ["hour", "day", "week", "custom"] as const;

const RANGE_MS = { hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000 };
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const TYPED_MS = 250;

/** The filters as they stand in the address, and as the API wants them. */
export function useExecutionFilters() {
  const [values, setValues] = useQueryStates({
    q: parseAsString.withDefault(""),
    status: parseAsStringLiteral(statuses),
    origin: parseAsStringLiteral(origins),
    tool: parseAsString,
    model: parseAsString,
    tag: parseAsString,
    feedback: parseAsStringLiteral(["up", "down"] as const),
    cost: parseAsFloat,
    seconds: parseAsFloat,
    sort: parseAsStringLiteral(sorts).withDefault("created"),
    order: parseAsStringLiteral(["desc", "asc"] as const).withDefault("desc"),
    owner: parseAsString,
    agent: parseAsString,
    range: parseAsStringLiteral(ranges),
    from: parseAsIsoDate,
    to: parseAsIsoDate,
  });
  const { status, agent, range, from, to, origin, tool, feedback, sort, order, owner } = values;
  // What is typed is asked for once the hands rest, not at each key.
  const search = useSettled(values.q.trim(), TYPED_MS);
  const model = useSettled(values.model, TYPED_MS);
  const tag = useSettled(values.tag, TYPED_MS);
  const cost = useSettled(values.cost, TYPED_MS);
  const seconds = useSettled(values.seconds, TYPED_MS);
  // To the minute, so that the same filter is the same question for a while.
  const minute = Math.floor(useNow(MINUTE_MS, range !== null) / MINUTE_MS) * MINUTE_MS;
  const filters = useMemo<ExecutionFilters>(() => {
    const durationFrom = seconds === null ? null : seconds * 1000;
    const said = { search, origin, tool, model, tag, feedback, costFrom: cost, durationFrom };
    const base = { status, agentId: agent, sort, order, owner, ...said };
    if (range === null) return base;
    if (range === "custom")
      return {
        ...base,
        from: from?.toISOString() ?? null,
        to: to ? new Date(to.getTime() + DAY_MS).toISOString() : null,
      };
    return { ...base, from: new Date(minute - RANGE_MS[range]).toISOString() };
  }, [
    status,
    agent,
    range,
    from,
    to,
    minute,
    search,
    origin,
    tool,
    model,
    tag,
    feedback,
    cost,
    seconds,
    sort,
    order,
    owner,
  ]);
  const typed = [values.model, values.tag, values.cost, values.seconds];
  const chosen = [status, agent, range, origin, tool, feedback, ...typed];
  const any = values.q !== "" || chosen.some((value) => value !== null);
  return { values, setValues, filters, any, clear: () => void setValues(null) };
}
