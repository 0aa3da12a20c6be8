/** Scripted traces for looking at the page without a server: the demo run, a failing one, a very long one. */

const call = (tool, args) =>
  `▶ ${tool}(${Object.entries(args)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(", ")})`;

/** Steps of a run as `[wait in ms, event without seq and time]`. */
export function script({ execution_id, agent_id, agent_name, query }) {
  const opening = [
    0,
    {
      type: "connection",
      status: "connected",
      attempt: 0,
      execution_id,
      agent_id,
      agent_name,
      agent_version: 1,
      query,
    },
  ];
  const many = /(\d{2,6}) events/.exec(query);
  if (many) return [opening, ...long(Number(many[1]))];
  if (/fail/.test(query)) return [opening, ...failing()];
  return [opening, ...demo(/slow/.test(query) ? 6 : 1)];
}

function demo(slow) {
  return [
    [20, node("analyze", "n1")],
    ...reply("n1", "m1", "", [{ id: "c1", name: "calculator", arguments: { expression: "23*19" } }], slow),
    [2, end("analyze", "n1", 160)],
    [3, node("execute_tools", "n2")],
    ...tool("n2", "c1", "calculator", { expression: "23*19" }, 437, 12),
    [1, end("execute_tools", "n2", 20)],
    [3, node("analyze", "n3")],
    [
      30,
      {
        type: "retry",
        span_id: "m2",
        parent_span_id: "n3",
        what: "model",
        reason: "the model endpoint answered 503",
        error_code: "model_unavailable",
        delay_s: 0.12,
        try_number: 2,
      },
    ],
    ...reply(
      "n3",
      "m2",
      "",
      [{ id: "c2", name: "chatbot", arguments: { query: "Explain 437 in one sentence." } }],
      slow,
    ),
    [2, end("analyze", "n3", 280)],
    [3, node("execute_tools", "n4")],
    ...tool(
      "n4",
      "c2",
      "chatbot",
      { query: "Explain 437 in one sentence." },
      "437 is the product of 23 and 19.",
      240 * slow,
    ),
    [1, end("execute_tools", "n4", 250)],
    [3, node("synthesize", "n5")],
    ...reply(
      "n5",
      "m3",
      "23 × 19 is **437**.\n\nIn one sentence: *437 is the product of 23 and 19*, two primes, so it has exactly four divisors:\n\n- 1 and 437\n- 19 and 23\n",
      [],
      slow,
      true,
    ),
    [2, end("synthesize", "n5", 420)],
    [
      1,
      {
        type: "complete",
        result:
          "23 × 19 is **437**.\n\nIn one sentence: *437 is the product of 23 and 19*, two primes, so it has exactly four divisors:\n\n- 1 and 437\n- 19 and 23\n",
        model: "gpt-4o-mini",
        input_tokens: 812,
        output_tokens: 96,
        cost_usd: "0.000179",
        duration_ms: 1400,
      },
    ],
  ];
}

function failing() {
  return [
    [20, node("analyze", "n1")],
    ...reply(
      "n1",
      "m1",
      "I will look that up.",
      [{ id: "c1", name: "web_search", arguments: { query: "weather", max_results: 3 } }],
      1,
    ),
    [2, end("analyze", "n1", 160)],
    [3, node("execute_tools", "n2")],
    [
      1,
      {
        type: "tool_start",
        span_id: "t1",
        parent_span_id: "n2",
        tool: "web_search",
        arguments: { query: "weather", max_results: 3 },
        call_id: "c1",
        call_key: "c1",
        line: call("web_search", { query: "weather" }),
      },
    ],
    [
      300,
      {
        type: "tool_end",
        span_id: "t1",
        parent_span_id: "n2",
        tool: "web_search",
        call_id: "c1",
        call_key: "c1",
        error: { code: "tool_error", message: "no search provider can be reached" },
        duration_ms: 300,
        line: "✘ tool_error: no search provider can be reached",
      },
    ],
    [1, { ...end("execute_tools", "n2", 302), error: "tool_error" }],
    [
      1,
      {
        type: "error",
        message: "the model could not go on without the search",
        error_code: "tool_error",
        duration_ms: 500,
      },
    ],
  ];
}

function long(count) {
  const steps = [[5, node("execute_tools", "n1")]];
  for (let index = 0; steps.length < count - 2; index++)
    steps.push(
      ...tool(
        "n1",
        `c${index}`,
        index % 3 ? "calculator" : "reverse_string",
        { expression: `${index}*7` },
        index * 7,
        0,
      ),
    );
  return [
    ...steps,
    [1, end("execute_tools", "n1", 5)],
    [1, { type: "complete", result: "done", model: "demo", input_tokens: 1, output_tokens: 1, duration_ms: 5 }],
  ];
}

const node = (name, span_id) => ({ type: "node_start", span_id, node: name });
const end = (name, span_id, duration_ms) => ({ type: "node_end", span_id, node: name, duration_ms });

function tool(parent, id, name, args, result, wait) {
  const shared = { span_id: `t-${id}`, parent_span_id: parent, tool: name, call_id: id, call_key: id };
  const line = typeof result === "string" ? `✔ ${result}` : `✔ Result: ${result}`;
  return [
    [0, { type: "tool_start", ...shared, arguments: args, repeatable: true, line: call(name, args) }],
    [wait, { type: "tool_end", ...shared, result, duration_ms: wait + 0.4, logs: "", line }],
  ];
}

function reply(parent, span, text, tool_calls, slow, final = false) {
  const shared = { span_id: span, parent_span_id: parent };
  const pieces = text.match(/[\s\S]{1,12}/g) ?? [];
  let offset = 0;
  const tokens = pieces.map((content) => {
    const event = {
      type: "token",
      ...shared,
      message_id: `msg-${span}`,
      content,
      offset,
      parts: [[content.length, 0]],
    };
    offset += content.length;
    return [22 * slow, event];
  });
  return [
    [
      110 * slow,
      {
        type: "usage",
        ...shared,
        model: "gpt-4o-mini",
        input_tokens: 270,
        output_tokens: 20 + pieces.length,
        total_tokens: 290,
        cost_usd: "0.00006",
        duration_ms: 110 * slow,
        first_token_ms: 80,
      },
    ],
    ...tokens,
    [
      4,
      {
        type: "message",
        ...shared,
        role: "assistant",
        message_id: `msg-${span}`,
        content: text,
        tool_calls,
        model: "gpt-4o-mini",
        finish_reason: tool_calls.length ? "tool_calls" : "stop",
        final,
        call_key: span,
      },
    ],
  ];
}
