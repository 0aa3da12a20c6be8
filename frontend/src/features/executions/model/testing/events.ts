/** Logs for tests, as the server writes them. */
import type { TraceEvent } from "../trace-event";

type Loose = { type: TraceEvent["type"] } & Record<string, unknown>;

/** Number events from 1 and give each a time 10 ms after the last, unless it says otherwise. */
export function log(...events: Loose[]): TraceEvent[] {
  return events.map(
    (event, index) =>
      ({
        seq: index + 1,
        timestamp: 1000 + index * 0.01,
        attempt: index === 0 ? 0 : 1,
        ...event,
      }) as unknown as TraceEvent,
  );
}

export const connection = {
  type: "connection",
  status: "connected",
  execution_id: "e1",
  agent_id: "a1",
  agent_name: "Demo Agent",
  agent_version: 3,
  query: "23*19?",
} as const;
export const calculatorStart = {
  type: "tool_start",
  span_id: "t1",
  parent_span_id: "n2",
  tool: "calculator",
  arguments: { expression: "23*19" },
  call_id: "c1",
  call_key: "k1",
  line: '▶ calculator(expression="23*19")',
} as const;
export const calculatorEnd = {
  type: "tool_end",
  span_id: "t1",
  parent_span_id: "n2",
  tool: "calculator",
  call_id: "c1",
  call_key: "k1",
  result: 437,
  duration_ms: 2,
  line: "✔ Result: 437",
} as const;

/** analyze asks for the calculator, execute_tools calls it, synthesize streams the answer. */
export const demoLog: TraceEvent[] = log(
  connection,
  { type: "node_start", span_id: "n1", node: "analyze" },
  {
    type: "usage",
    span_id: "m1",
    parent_span_id: "n1",
    model: "demo",
    input_tokens: 50,
    output_tokens: 7,
    total_tokens: 57,
    cost_usd: "0.0001",
    duration_ms: 5,
  },
  {
    type: "message",
    span_id: "m1",
    parent_span_id: "n1",
    role: "assistant",
    message_id: "x1",
    content: "",
    model: "demo",
    call_key: "a",
    tool_calls: [{ id: "c1", name: "calculator", arguments: { expression: "23*19" } }],
  },
  { type: "node_end", span_id: "n1", node: "analyze", duration_ms: 20 },
  { type: "node_start", span_id: "n2", node: "execute_tools" },
  calculatorStart,
  calculatorEnd,
  { type: "node_end", span_id: "n2", node: "execute_tools", duration_ms: 20 },
  { type: "node_start", span_id: "n3", node: "synthesize" },
  { type: "token", span_id: "m2", parent_span_id: "n3", message_id: "x2", content: "It ", offset: 0, parts: [[3, 0]] },
  {
    type: "token",
    span_id: "m2",
    parent_span_id: "n3",
    message_id: "x2",
    content: "is 437 🦊.",
    offset: 3,
    parts: [
      [3, 4],
      [4, 8],
      [2, 12],
    ],
  },
  {
    type: "message",
    span_id: "m2",
    parent_span_id: "n3",
    role: "assistant",
    message_id: "x2",
    content: "It is 437 🦊.",
    model: "demo",
    call_key: "b",
    final: true,
  },
  {
    type: "usage",
    span_id: "m2",
    parent_span_id: "n3",
    model: "demo",
    input_tokens: 60,
    output_tokens: 5,
    total_tokens: 65,
    cost_usd: "0.0002",
    duration_ms: 31,
  },
  { type: "node_end", span_id: "n3", node: "synthesize", duration_ms: 40 },
  {
    type: "complete",
    result: "It is 437 🦊.",
    model: "demo",
    input_tokens: 110,
    output_tokens: 12,
    cost_usd: "0.0003",
    duration_ms: 150,
  },
);
