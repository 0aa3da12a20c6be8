/** The rules of who may talk to whom while they are being written. Pure. */
import type { CommunicationPolicyOut } from "@/lib/api";

export const ANY = "*";
export const MAX_RULES = 1000;
const MAX_NAME = 300;

export interface RuleDraft {
  /** Keeps its place in the list while others move. */
  key: string;
  from: string;
  to: string;
  allowed: boolean;
}

export interface PolicyDraft {
  default: "dependencies" | "none";
  rules: readonly RuleDraft[];
  maxChars: string;
  keepDays: string;
}

/** The editable form of the policy in force. */
export function draftOf(policy: CommunicationPolicyOut): PolicyDraft {
  return {
    default: policy.default ?? "dependencies",
    rules: (policy.rules ?? []).map(({ from_agent, to_agent, allowed }, place) => ({
      key: `stored-${place}`,
      from: from_agent,
      to: to_agent,
      allowed: allowed ?? true,
    })),
    maxChars: String(policy.max_message_chars ?? ""),
    keepDays: String(policy.keep_messages_days ?? ""),
  };
}

/** The request that a draft stands for. */
export function bodyOf(draft: PolicyDraft) {
  return {
    default: draft.default,
    rules: draft.rules.map(({ from, to, allowed }) => ({ from_agent: from.trim(), to_agent: to.trim(), allowed })),
    max_message_chars: Number(draft.maxChars),
    keep_messages_days: Number(draft.keepDays),
  };
}

/** What is wrong, by JSON pointer into the body. */
export function policyErrors(draft: PolicyDraft): Record<string, string> {
  const errors: Record<string, string> = {};
  draft.rules.forEach(({ from, to }, place) => {
    for (const [name, value] of [
      ["from_agent", from],
      ["to_agent", to],
    ] as const) {
      const length = [...value.trim()].length;
      if (length === 0) errors[`/rules/${place}/${name}`] = "Needed: a name, or * for any agent";
      else if (length > MAX_NAME) errors[`/rules/${place}/${name}`] = `At most ${MAX_NAME} characters (now ${length})`;
    }
  });
  const chars = outOf(draft.maxChars, 100, 1_000_000);
  const days = outOf(draft.keepDays, 1, 36_500);
  if (chars) errors["/max_message_chars"] = chars;
  if (days) errors["/keep_messages_days"] = days;
  return errors;
}

/** Whether one agent may talk to another that depends on it, and the place of the rule that says so (null: the default). */
export function verdict(draft: PolicyDraft, from: string, to: string): { allowed: boolean; rule: number | null } {
  const place = draft.rules.findIndex((rule) => is(rule.from, from) && is(rule.to, to));
  const rule = draft.rules[place];
  return rule ? { allowed: rule.allowed, rule: place } : { allowed: draft.default === "dependencies", rule: null };
}

/** The rules with one of them a place further up or down. */
export function moved(rules: readonly RuleDraft[], place: number, by: 1 | -1): readonly RuleDraft[] {
  const [one, other] = [rules[place], rules[place + by]];
  if (!one || !other) return rules;
  return rules.map((rule, at) => (at === place ? other : at === place + by ? one : rule));
}

function is(named: string, agent: string): boolean {
  return named.trim() === ANY || named.trim() === agent;
}

function outOf(text: string, least: number, most: number): string | undefined {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value)) return "A whole number, please";
  if (value < least) return `At least ${least.toLocaleString("en-US")}`;
  return value > most ? `At most ${most.toLocaleString("en-US")}` : undefined;
}
