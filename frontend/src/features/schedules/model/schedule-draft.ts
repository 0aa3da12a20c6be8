/** A schedule while it is being written, and the API's own rules for it. */
import type { ScheduleBody, ScheduleOut } from "@/lib/api";
import { ScheduleBodySchema } from "@/lib/api-drafts/schemas.gen";
import { type JsonSchema, plain, violation } from "@/lib/json-schema";

import { cronOf, type Timing, timingOf } from "./timing";

export interface ScheduleDraft {
  name: string;
  agentId: string;
  query: string;
  model: string;
  timing: Timing;
  timeZone: string;
}

export type ScheduleField = "name" | "agent_id" | "query" | "model" | "cron" | "time_zone";

const fields = ["name", "agent_id", "query", "model", "cron", "time_zone"] as const satisfies readonly ScheduleField[];
const root = ScheduleBodySchema as JsonSchema;

/** What a new schedule starts from: weekdays at nine, where the reader lives. */
export function emptySchedule(agentId: string, timeZone: string): ScheduleDraft {
  return { name: "", agentId, query: "", model: "", timing: timingOf("0 9 * * 1-5"), timeZone };
}

/** The editable part of a stored schedule. */
export function draftOf(schedule: ScheduleOut): ScheduleDraft {
  const { name, agent_id, query, model, cron, time_zone } = schedule;
  return { name, agentId: agent_id, query, model: model ?? "", timing: timingOf(cron), timeZone: time_zone };
}

/** The request that a draft stands for. */
export function bodyOf(
  draft: ScheduleDraft,
): Pick<ScheduleBody, "name" | "agent_id" | "query" | "cron"> & { model: string | null; time_zone: string } {
  return {
    name: draft.name.trim(),
    agent_id: draft.agentId,
    query: draft.query.trim(),
    model: draft.model.trim() || null,
    cron: cronOf(draft.timing),
    time_zone: draft.timeZone.trim(),
  };
}

/** The fields in which two drafts differ, as the API wants them. */
export function changesOf(before: ScheduleDraft, after: ScheduleDraft): Partial<ReturnType<typeof bodyOf>> {
  const old = bodyOf(before);
  return Object.fromEntries(
    Object.entries(bodyOf(after)).filter(([field, value]) => value !== old[field as keyof typeof old]),
  );
}

/** The broken rules by field, read from the schema that the API publishes. Whether a timetable names times only the server knows. */
export function draftErrors(draft: ScheduleDraft): Partial<Record<ScheduleField, string>> {
  const body = bodyOf(draft);
  const errors: Partial<Record<ScheduleField, string>> = {};
  for (const field of fields) {
    const schema = root.properties?.[field];
    const broken =
      schema && violation(plain(schema, root), body[field], root.required?.includes(field) || field === "time_zone");
    if (broken) errors[field] = broken;
  }
  if (errors.cron)
    errors.cron =
      draft.timing.kind === "weekly" && draft.timing.days.length === 0
        ? "Choose a day at least"
        : draft.timing.kind === "custom"
          ? errors.cron
          : "Choose a time";
  return errors;
}
