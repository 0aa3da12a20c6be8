/** A line of the audit log in words. */
import type { AuditEntryOut } from "@/lib/api";

/** What is written down, by noun; anything else is shown as it is written. */
export const knownActions = [
  "session",
  "session.opened",
  "session.refused",
  "session.closed",
  "session.all_closed",
  "session.token_reused",
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
    .map(
      ([name, value]) => `${name.replaceAll("_", " ")}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
    )
    .join(", ");
}
