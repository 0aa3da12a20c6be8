/** A stand-in for the API while the page is being made: `node tests/mock/server.mjs [port]`. Development only. */
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";

import { serveSite } from "./site.mjs";
import { script } from "./traces.mjs";

const agents = new Map();
const executions = new Map();
const now = () => new Date().toISOString();
const schema = (name) => ({
  type: "object",
  properties: { [name]: { type: "string", description: "What to work on." } },
  required: [name],
  additionalProperties: false,
});
const tool = (name, description, argument, more = {}) => ({
  name,
  description,
  parameters: schema(argument),
  class: `${name}Tool`,
  kind: "prebuilt",
  version: 1,
  aliases: [],
  settings: [],
  tags: [],
  repeatable: true,
  disabled: false,
  ...more,
});
const tools = [
  tool("calculator", "Evaluate a mathematical expression exactly.", "expression"),
  tool("chatbot", "Ask a language model a question and get a short answer.", "query"),
  tool("reverse_string", "Reverse the characters in a string", "text", {
    kind: "custom",
    source: "async def reverse_string(text: str) -> str:\n    return text[::-1]",
    policy: { network: [], secrets: [], timeout_s: 5, reuse: false, repeatable: false },
    tags: ["text"],
  }),
  tool("summarizer", "Shorten a text to its main points.", "text", { aliases: ["text_summarizer"] }),
  tool("web_search", "Search the web and return the best results with their addresses.", "query", {
    settings: ["api_key"],
  }),
];

const list = (items, key) => ({ [key]: items, total: items.length, skip: 0, limit: 100, next_cursor: null });
const problem = (status, title, more = {}) => ({
  status,
  body: { type: "about:blank", title, status, detail: title, error_code: "mock", instance: "/", ...more },
});

function run(agent, query) {
  const id = randomUUID();
  const execution = {
    id,
    execution_id: id,
    agent_id: agent.id,
    agent_name: agent.name,
    agent_version: agent.version,
    user_id: "local",
    kind: "agent",
    parent_run_id: null,
    root_run_id: null,
    workflow_id: null,
    workflow_version: null,
    inputs: null,
    output: null,
    paused_at: null,
    context: {},
    requested_model: null,
    answered_by: null,
    marks: [],
    origin: null,
    query,
    conversation_id: null,
    status: "running",
    result: null,
    error: null,
    usage: { input_tokens: 812, output_tokens: 96, total_tokens: 908 },
    cost_usd: 0.000179,
    model: "gpt-4o-mini",
    lane: "interactive",
    priority: 0,
    attempt: 1,
    cancel_requested: false,
    created_at: now(),
    started_at: now(),
    completed_at: null,
    duration_ms: null,
    trace: [],
  };
  const record = { execution, events: [], listeners: new Set(), cancelled: false };
  executions.set(id, record);
  void play(record, script({ execution_id: id, agent_id: agent.id, agent_name: agent.name, query }));
  return execution;
}

async function play(record, steps) {
  for (const [wait, event] of steps) {
    if (wait > 0) await new Promise((done) => setTimeout(done, wait));
    const next = record.cancelled ? { type: "cancelled", reason: "cancelled by its owner", duration_ms: 1 } : event;
    emit(record, next);
    if (["complete", "error", "cancelled"].includes(next.type)) break;
  }
}

function emit(record, event) {
  const full = {
    attempt: 1,
    span_id: null,
    parent_span_id: null,
    ...event,
    seq: record.events.length + 1,
    timestamp: Date.now() / 1000,
  };
  record.events.push(full);
  const status = { complete: "completed", error: "failed", cancelled: "cancelled" }[event.type];
  if (status) {
    const { execution } = record;
    Object.assign(execution, {
      status,
      completed_at: now(),
      duration_ms: Date.now() - Date.parse(execution.started_at),
      result: event.result ?? null,
      error: event.message ? { code: event.error_code, message: event.message } : null,
    });
  }
  for (const listener of record.listeners) listener();
}

function stream(request, response, record) {
  let sent =
    Number(
      String(request.headers["last-event-id"] ?? "")
        .split(":")
        .pop(),
    ) || 0;
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache, no-transform" });
  const push = () => {
    const frames = record.events
      .slice(sent)
      .map((event) => `id: ${record.execution.id}:${event.seq}\ndata: ${JSON.stringify(event)}\n\n`);
    sent = record.events.length;
    if (frames.length) response.write(frames.join(""));
    if (record.execution.status !== "running") response.end();
  };
  record.listeners.add(push);
  request.on("close", () => record.listeners.delete(push));
  push();
}

function answer(method, path, body, url) {
  const [noun, id, action] = path;
  if (noun === "agents" && method === "GET" && !id) {
    const q = url.searchParams.get("search")?.toLowerCase() ?? "";
    return {
      body: list([...agents.values()].filter((agent) => agent.name.toLowerCase().includes(q)).reverse(), "agents"),
    };
  }
  if (noun === "agents" && method === "POST" && !id) {
    if (body.tools?.includes("nope"))
      return problem(422, "the agent's configuration names things that do not fit", {
        errors: [{ pointer: "/tools", rule: "known_tool", detail: "there is no tool named 'nope'" }],
      });
    const agent = {
      temperature: 0.2,
      tools: [],
      max_iter: 15,
      ...body,
      id: randomUUID(),
      user_id: "u",
      slug: "slug",
      kind: "configured",
      status: "active",
      version: 1,
      created_at: now(),
      updated_at: now(),
    };
    agents.set(agent.id, agent);
    return { status: 201, body: agent };
  }
  const agent = agents.get(id);
  if (noun === "agents" && agent && action === "versions")
    return {
      body: list(
        [{ agent_id: id, version: agent.version, configuration: agent, created_at: now(), created_by: "u" }],
        "versions",
      ),
    };
  if (noun === "agents" && agent && method === "GET") return { body: agent };
  if (noun === "agents" && agent && method === "PUT")
    return { body: Object.assign(agent, body, { version: agent.version + 1, updated_at: now() }) };
  if (noun === "tools" && method === "GET")
    return id ? { body: tools.find(({ name }) => name === id) } : { body: list(tools, "tools") };
  if (noun === "tools" && id === "register")
    return problem(422, "the source was refused", {
      findings: [{ rule: "import", line: 2, column: 4, message: "os cannot be imported here" }],
    });
  if (noun === "tools" && id === "execute")
    return { body: { name: body.name, result: 437, duration_ms: 1.2, logs: "" } };
  if (noun === "executions" && method === "POST" && !id)
    return { status: 202, body: run(agents.get(body.agent_id), body.query) };
  if (noun === "executions" && !id)
    return { body: list([...executions.values()].map(({ execution }) => execution).reverse(), "executions") };
  const record = executions.get(id);
  if (record && action === "cancel") {
    record.cancelled = true;
    return { body: record.execution };
  }
  if (record && action === "annotations")
    return { body: { execution_id: id, feedback: null, notes: null, tags: [], updated_at: null } };
  return record && !action ? { body: record.execution } : problem(404, `there is no ${noun} ${id}`);
}

export const server = createServer((request, response) => {
  const url = new URL(request.url, "http://x");
  if (url.pathname === "/health") {
    const part = (status, detail, advice = "") => ({ status, detail, advice, latency_ms: 1.4 });
    return response.writeHead(200, { "Content-Type": "application/json" }).end(
      JSON.stringify({
        status: "warn",
        version: "0.1.0",
        parts: {
          database: part("ok", "PostgreSQL 18.4, embedded"),
          model: part("warn", "demo model: answers are made up", "set OPENAI_API_KEY"),
          sandbox: part("ok", "level 3"),
        },
      }),
    );
  }
  if (!url.pathname.startsWith("/api/")) return serveSite(request, response);
  const path = url.pathname
    .replace(/^\/api(\/v1)?\//, "")
    .split("/")
    .filter(Boolean);
  const record = executions.get(path[1]);
  if (path[2] === "stream" && record) return stream(request, response, record);
  const chunks = [];
  request
    .on("data", (chunk) => chunks.push(chunk))
    .on("end", () => {
      const { status = 200, body } = answer(
        request.method,
        path,
        chunks.length ? JSON.parse(Buffer.concat(chunks)) : {},
        url,
      );
      response
        .writeHead(status, { "Content-Type": status >= 400 ? "application/problem+json" : "application/json" })
        .end(JSON.stringify(body));
    });
});

if (process.argv[1] === new URL(import.meta.url).pathname) {
  server.listen(Number(process.argv[2] ?? 8000), "127.0.0.1", () =>
    console.log(`mock at http://127.0.0.1:${server.address().port}`),
  );
}
