/** What a model call was given, put together again from the log: the log holds what came, not what was sent. */
import type { Step, Trace } from "./trace";
import type { TraceEvent } from "./trace-event";

/** One message before a model call. */
export interface InputMessage {
  key: string;
  role: "user" | "assistant" | "tool";
  /** The tool's name; empty for the others. */
  name: string;
  text: string;
}

/**
 * The question, and every answer and tool result that came before this call. Null for a model that a tool asks by
 * itself: what it was told stands in the tool's arguments.
 */
export function modelInput(trace: Trace, step: Step): InputMessage[] | null {
  if (inTool(trace, step)) return null;
  // By call, so that one that a later attempt made again stands once.
  const messages = new Map<string, InputMessage>([
    ["question", { key: "question", role: "user", name: "", text: trace.query }],
  ]);
  for (const event of trace.events) {
    if (event.seq >= step.opened.seq) break;
    const message = messageOf(event);
    if (message && !stepInTool(trace, event)) messages.set(message.key, message);
  }
  return [...messages.values()];
}

function messageOf(event: TraceEvent): InputMessage | undefined {
  if (event.type === "message") {
    const calls = (event.tool_calls ?? []).map(
      (call) => `${call.name}(${call.arguments ? JSON.stringify(call.arguments) : (call.raw ?? "")})`,
    );
    return {
      key: `message-${event.call_key || event.message_id}`,
      role: "assistant",
      name: "",
      text: [event.content, ...calls].filter(Boolean).join("\n"),
    };
  }
  if (event.type !== "tool_end") return undefined;
  const text = event.error
    ? `${event.error.code}: ${event.error.message}`
    : typeof event.result === "string"
      ? event.result
      : JSON.stringify(event.result);
  return { key: `tool-${event.call_key || event.call_id}`, role: "tool", name: event.tool, text };
}

/** Whether a message was made inside a tool call; the end of a tool call itself is not. */
function stepInTool(trace: Trace, event: TraceEvent): boolean {
  if (event.type === "tool_end") return false;
  const around = event.parent_span_id ?? event.span_id;
  const step = around ? trace.steps[trace.places.get(around) ?? -1] : undefined;
  return step !== undefined && (step.kind === "tool" || inTool(trace, step));
}

function inTool(trace: Trace, step: Step): boolean {
  for (let id = step.parentId; id !== null;) {
    const parent: Step | undefined = trace.steps[trace.places.get(id) ?? -1];
    if (parent?.kind === "tool") return true;
    id = parent?.parentId ?? null;
  }
  return false;
}
