/** A message as an endpoint was sent it, in whichever of its APIs, made readable. */
import { isRecord } from "@/lib/is-record";

export interface SentMessage {
  role: string;
  text: string;
}

/** Role and text of a message; what is neither known text nor a call is shown as JSON, null as not kept. */
export function readSent(message: unknown): SentMessage {
  if (message === null || message === undefined) return { role: "–", text: "not kept: the run has sent too much" };
  if (!isRecord(message)) return { role: "user", text: String(message) };
  const role = typeof message.role === "string" ? message.role : typeof message.type === "string" ? message.type : "?";
  const parts = [contentText(message.content), ...callTexts(message.tool_calls)].filter(Boolean);
  return { role, text: parts.length > 0 ? parts.join("\n") : JSON.stringify(message) };
}

function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .map((part: unknown) => (isRecord(part) && typeof part.text === "string" ? part.text : JSON.stringify(part)))
    .join("\n");
}

function callTexts(calls: unknown): string[] {
  if (!Array.isArray(calls)) return [];
  return calls.filter(isRecord).map((call) => {
    const called = isRecord(call.function) ? call.function : call;
    return `${String(called.name)}(${String(called.arguments ?? "")})`;
  });
}

/** The name of a tool that was offered, in the form of either API. */
export function sentToolName(tool: unknown): string {
  if (!isRecord(tool)) return "not kept";
  const named = isRecord(tool.function) ? tool.function : tool;
  return typeof named.name === "string" ? named.name : "tool";
}
