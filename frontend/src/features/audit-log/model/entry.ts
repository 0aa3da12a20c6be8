/** A line of the audit log in words. */
import type { AuditEntryOut } from "@/lib/api";
import { isRecord } from "@/lib/is-record";

/** What is written down, by noun; anything else is shown as it is written. */
export const knownActions = [
  "session",
  "session.opened",
  "session.refused",
  "session.closed",
  "session.all_closed",
  "session.token_reused",
  "agent",
  "agent.created",
  "agent.changed",
  "agent.deleted",
  "agent_context",
  "guardrail",
  "handoff",
  "output_type",
  "model",
  "provider_key",
  "schedule",
  "workflow",
  "trigger",
  "communication_rules.changed",
  "execution",
  "interrupt.answered",
  "chat",
  "user",
  "user.registered",
  "user.created",
  "user.disabled",
  "user.enabled",
  "user.role_changed",
  "user.password_changed",
  "user.profile_changed",
  "access_key",
  "access_key.created",
  "access_key.revoked",
  "sandbox",
  "sandbox.violation",
  "tool",
  "others.read",
  "setup.completed",
] as const;

/** `session.token_reused` → `Session: token reused`. */
export function actionWords(action: string): string {
  const [noun = "", ...verb] = action.split(".");
  const words = `${noun}: ${verb.join(" ")}`.replaceAll("_", " ");
  return verb.length > 0 ? words.charAt(0).toUpperCase() + words.slice(1) : action;
}

/** Details in one line, without what is empty. */
export function detailLine(details: AuditEntryOut["details"]): string {
  return Object.entries(details)
    .filter(([, value]) => value !== null && value !== "" && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) =>
      name === "changes" && isRecord(value) ? changeLine(value) : `${name.replaceAll("_", " ")}: ${words(value)}`,
    )
    .filter(Boolean)
    .join(", ");
}

const pages: Record<string, string> = {
  agent: "/agents/",
  execution: "/runs/",
  schedule: "/schedules/",
  workflow: "/workflows/",
};

/** The page of what an entry is about; null where it has none of its own. */
export function targetPage(kind: string, id: string): string | null {
  return id && pages[kind] ? `${pages[kind]}${encodeURIComponent(id)}/` : null;
}

/** `{"/configuration/goal": {before, after}}` → `goal: old → new`; of what is new or gone, only the fields. */
function changeLine(changes: Record<string, unknown>): string {
  return Object.entries(changes)
    .map(([pointer, sides]) => {
      const field = pointer.slice(pointer.lastIndexOf("/") + 1).replaceAll("_", " ");
      return isRecord(sides) && "before" in sides && "after" in sides
        ? `${field}: ${words(sides.before)} → ${words(sides.after)}`
        : field;
    })
    .join(", ");
}

function words(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
