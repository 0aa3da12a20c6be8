/** The events of a trace as the API's contract has them. */
export interface BaseEvent { seq: number; timestamp: number; attempt: number; span_id?: string | null; parent_span_id?: string | null }
export interface WishedCall { id: string; name: string; arguments: Record<string, unknown> | null; raw?: string }
export type TraceEvent = BaseEvent &
  (
    | { type: "connection"; status: "connected"; execution_id: string; agent_id: string; agent_name: string; agent_version: number; query: string }
    | { type: "node_start"; node: string }
    | { type: "node_end"; node: string; duration_ms: number; error?: string | null }
    | { type: "token"; message_id: string; content: string; offset: number; parts?: [number, number][] }
    | { type: "message"; role: "assistant"; message_id: string; content: string; tool_calls?: WishedCall[]; model: string; finish_reason?: string; final?: boolean; call_key: string }
    | { type: "tool_start"; tool: string; arguments: Record<string, unknown>; call_id: string; call_key: string; repeatable?: boolean; line: string }
    | { type: "tool_end"; tool: string; call_id: string; call_key: string; result?: unknown; error?: { code: string; message: string } | null; duration_ms: number; logs?: string; cpu_ms?: number | null; peak_memory_kb?: number | null; line: string }
    | { type: "usage"; model: string; input_tokens: number; output_tokens: number; total_tokens: number; cached_input_tokens?: number; reasoning_tokens?: number; estimated?: boolean; cost_usd?: string | null; duration_ms: number; first_token_ms?: number | null }
    | { type: "retry"; what: string; reason: string; error_code: string; delay_s?: number; try_number: number }
    | { type: "interrupt"; interrupt_id: string; reason: string; value: Record<string, unknown>; response_schema: Record<string, unknown> }
    | { type: "complete"; result: string; model: string; input_tokens: number; output_tokens: number; cost_usd?: string | null; duration_ms: number }
    | { type: "error"; message: string; error_code: string; duration_ms: number }
    | { type: "cancelled"; reason: string; duration_ms: number }
  );
export type EventOf<T extends TraceEvent["type"]> = Extract<TraceEvent, { type: T }>;
const TERMINAL = new Set<string>(["complete", "error", "cancelled"]);

/** Whether nothing comes after this event. */
export function isTerminal(event: TraceEvent): boolean {
  return TERMINAL.has(event.type);
}

/** Read the JSON of a frame. Undefined for what is not an event of ours: a later version may send more than we know. */
export function parseTraceEvent(data: string): TraceEvent | undefined {
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value !== "object" || value === null) return undefined;
    const { seq, type, timestamp } = value as Record<string, unknown>;
    if (!Number.isInteger(seq) || typeof type !== "string" || typeof timestamp !== "number") return undefined;
    return { attempt: 1, ...value } as TraceEvent;
  } catch {
    return undefined;
  }
}
