/** A trigger while it is being written, the API's bounds for it, and how a program sends to it. Pure. */
import type { TriggerBody, TriggerChanges, TriggerOut } from "@/lib/api";

export interface InputRow {
  key: string;
  name: string;
  path: string;
}

export interface TriggerDraft {
  name: string;
  starts: "agent" | "workflow";
  agentId: string;
  workflowId: string;
  query: string;
  inputs: readonly InputRow[];
  windowS: string;
}

export const emptyTrigger: TriggerDraft = {
  name: "",
  starts: "agent",
  agentId: "",
  workflowId: "",
  query: "",
  inputs: [],
  windowS: "300",
};

const PATH = /^payload(\.|$| )/;

/** The editable form of a stored trigger. */
export function draftOf(trigger: TriggerOut): TriggerDraft {
  return {
    name: trigger.name,
    starts: trigger.workflow_id === null ? "agent" : "workflow",
    agentId: trigger.agent_id ?? "",
    workflowId: trigger.workflow_id ?? "",
    query: trigger.query,
    inputs: Object.entries(trigger.inputs).map(([name, path], place) => ({ key: `stored-${place}`, name, path })),
    windowS: String(trigger.replay_window_s),
  };
}

/** The request that makes it. */
export function bodyOf(draft: TriggerDraft): TriggerBody {
  const ofAgent = draft.starts === "agent";
  return {
    name: draft.name.trim(),
    replay_window_s: Number(draft.windowS),
    ...(ofAgent
      ? { agent_id: draft.agentId, query: draft.query }
      : { workflow_id: draft.workflowId, inputs: inputsOf(draft.inputs) }),
  };
}

/** The request that changes it; what it starts stays. */
export function changesOf(draft: TriggerDraft): TriggerChanges {
  const { name, replay_window_s, query, inputs } = bodyOf(draft);
  return {
    name,
    ...(replay_window_s === undefined ? {} : { replay_window_s }),
    ...(draft.starts === "agent" ? { query: query ?? "" } : { inputs: inputs ?? {} }),
  };
}

/** What is wrong, by JSON pointer into the body. */
export function triggerErrors(draft: TriggerDraft): Record<string, string> {
  const errors: Record<string, string> = {};
  const length = [...draft.name.trim()].length;
  if (length === 0) errors["/name"] = "Needed";
  else if (length > 255) errors["/name"] = `At most 255 characters (now ${length})`;
  if (draft.starts === "agent" && !draft.agentId) errors["/agent_id"] = "Choose an agent";
  if (draft.starts === "workflow" && !draft.workflowId) errors["/workflow_id"] = "Choose a workflow";
  if (draft.query.length > 20_000) errors["/query"] = "At most 20,000 characters";
  const seconds = Number(draft.windowS);
  if (draft.windowS.trim() === "" || !Number.isInteger(seconds)) errors["/replay_window_s"] = "A whole number, please";
  else if (seconds < 10 || seconds > 86_400) errors["/replay_window_s"] = "From 10 to 86,400 seconds";
  if (draft.starts === "workflow") Object.assign(errors, inputErrors(draft.inputs));
  return errors;
}

function inputErrors(rows: readonly InputRow[]): Record<string, string> {
  const errors: Record<string, string> = {};
  rows.forEach(({ name, path }, place) => {
    const wanted = name.trim();
    if (wanted === "") errors[`row-${place}-name`] = "Needed";
    else if (rows.findIndex((row) => row.name.trim() === wanted) < place)
      errors[`row-${place}-name`] = "Each only once";
    if (!PATH.test(path.trim())) errors[`row-${place}-path`] = "Begins with payload, as payload.issue.title";
  });
  return errors;
}

function inputsOf(rows: readonly InputRow[]): Record<string, string> {
  return Object.fromEntries(rows.map(({ name, path }) => [name.trim(), path.trim()]));
}

/** Lines of a shell that send a message, signed as Standard Webhooks are. */
export function sendingLines(url: string, secret: string): string {
  return [
    `SECRET='${secret}'`,
    `BODY='{"issue": {"title": "It rains"}}'`,
    `ID=msg_$(date +%s%N); AT=$(date +%s)`,
    `KEY=$(printf %s "\${SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \\n')`,
    `SIGNATURE=$(printf %s "$ID.$AT.$BODY" | openssl dgst -sha256 -mac HMAC -macopt hexkey:$KEY -binary | base64)`,
    `curl -s ${url} -H 'content-type: application/json' -d "$BODY" \\`,
    `  -H "webhook-id: $ID" -H "webhook-timestamp: $AT" -H "webhook-signature: v1,$SIGNATURE"`,
  ].join("\n");
}
