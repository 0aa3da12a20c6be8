/** What each event does to a trace. */
import type { Draft, Step, StepStatus } from "./trace";
import type { EventOf, TraceEvent } from "./trace-event";
import { verdictLine } from "./guardrail-words";
import { insideTool, lastOpen, parentOf, toolId } from "./trace-lookup";

/** Apply the next event of the log (its seq is the last one's + 1) to a draft. */
export function takeEvent(draft: Draft, event: TraceEvent): void {
  const place = draft.events.push(event) - 1;
  if (event.attempt > draft.attempt) beginAttempt(draft, event);
  draft.lastSeq = event.seq;
  const step = apply(draft, event);
  if (step !== undefined) writable(draft, step).events.push(place);
  draft.lastAt = event.timestamp;
}

/** Apply one event; return the place of the step it belongs to. */
function apply(draft: Draft, event: TraceEvent): number | undefined {
  switch (event.type) {
    case "connection":
      return takeConnection(draft, event);
    case "node_start":
      return addStep(draft, event, { id: event.span_id ?? `node-${event.seq}`, kind: "node", name: event.node });
    case "node_end":
      return endNode(draft, event);
    case "token":
      return takeToken(draft, event);
    case "message":
      return takeMessage(draft, event);
    case "tool_start":
      draft.totals.toolCalls += 1;
      return addStep(draft, event, { id: toolId(event), kind: "tool", name: event.tool });
    case "tool_end":
      return endTool(draft, event);
    case "usage":
      return takeUsage(draft, event);
    case "retrieval":
      return draft.places.get(`tool-${event.attempt}-${event.span_id}`);
    case "retry":
      draft.totals.retries += 1;
      return addStep(draft, event, {
        id: `retry-${event.seq}`,
        kind: "retry",
        name: `retry ${event.what}`,
        status: "done",
        text: event.reason,
      });
    case "interrupt":
      draft.status = "waiting";
      return addStep(draft, event, {
        id: `interrupt-${event.interrupt_id}`,
        kind: "interrupt",
        name: event.reason === "in_doubt" ? "call in doubt" : "approval",
        status: "waiting",
        text: event.reason,
      });
    case "guardrail":
      return takeVerdict(draft, event);
    case "resume":
      return takeAnswer(draft, event);
    case "task_start":
      return addStep(draft, event, { id: `task-${event.key}`, kind: "task", name: event.name, text: event.part ?? "" });
    case "task_end":
      return endTask(draft, event);
    case "complete":
      draft.answer = event.result;
      draft.model = event.model;
      if (event.cost_usd) draft.totals.costUsd = Number(event.cost_usd);
      return end(draft, event, "completed", "done");
    case "error":
      draft.error = { code: event.error_code, message: event.message };
      return end(draft, event, "failed", "failed");
    case "cancelled":
      draft.error = { code: "cancelled", message: event.reason };
      return end(draft, event, "cancelled", "cancelled");
    default:
      return undefined; // A type from a newer server: kept in the raw events, not drawn.
  }
}

function takeConnection(draft: Draft, event: EventOf<"connection">): undefined {
  draft.executionId = event.execution_id;
  draft.agentId = event.agent_id;
  draft.agentName = event.agent_name;
  draft.agentVersion = event.agent_version;
  draft.query = event.query;
  draft.startedAt = event.timestamp;
}

/** A new attempt: what the last one left open is lost; its messages start anew. */
function beginAttempt(draft: Draft, event: TraceEvent): void {
  closeOpenSteps(draft, event.timestamp, "lost");
  draft.attempt = event.attempt;
  draft.status = "running";
  draft.answer = "";
}

/** A person has answered; the run goes on once nothing is open any more. */
function takeAnswer(draft: Draft, event: EventOf<"resume">): number | undefined {
  const place = draft.places.get(`interrupt-${event.interrupt_id}`);
  if (place !== undefined) close(writable(draft, place), event, "done");
  if (!draft.steps.some((step) => step.status === "waiting")) draft.status = "running";
  return place;
}

/** A verdict is a moment; only one that ends the run is an error, the others let it go on. */
function takeVerdict(draft: Draft, event: EventOf<"guardrail">): number {
  const blocks = !event.passed && event.action === "block";
  return addStep(draft, event, {
    id: `guardrail-${event.seq}`,
    kind: "guardrail",
    name: event.name,
    status: blocks ? "failed" : "done",
    endedAt: event.timestamp,
    text: verdictLine(event),
  });
}

function endNode(draft: Draft, event: EventOf<"node_end">): number | undefined {
  const place =
    event.span_id === null || event.span_id === undefined
      ? lastOpen(draft, "node", event.node)
      : draft.places.get(event.span_id);
  if (place === undefined) return undefined;
  const step = writable(draft, place);
  close(step, event, event.error ? "failed" : "done");
  step.error = event.error ?? null;
  return place;
}

function takeToken(draft: Draft, event: EventOf<"token">): number {
  const place = modelStep(draft, event, event.message_id);
  const step = writable(draft, place);
  step.text = event.offset === 0 ? event.content : step.text + event.content;
  if (!insideTool(draft, step)) draft.answer = step.text;
  return place;
}

function takeMessage(draft: Draft, event: EventOf<"message">): number {
  const place = modelStep(draft, event, event.message_id);
  const step = writable(draft, place);
  step.text = event.content;
  step.name = event.model;
  step.final = event.final ?? false;
  close(step, event, "done");
  // The message carries the time at which its call began to be told; usage, which comes first, knows its end.
  step.endedAt = Math.max(event.timestamp, step.usage?.timestamp ?? 0);
  if (!insideTool(draft, step)) draft.answer = event.content;
  draft.model ??= event.model;
  return place;
}

function takeUsage(draft: Draft, event: EventOf<"usage">): number | undefined {
  draft.totals.modelCalls += 1;
  draft.totals.inputTokens += event.input_tokens;
  draft.totals.outputTokens += event.output_tokens;
  if (event.cost_usd) draft.totals.costUsd = (draft.totals.costUsd ?? 0) + Number(event.cost_usd);
  const place = modelOfUsage(draft, event);
  if (place === undefined) return undefined;
  const step = writable(draft, place);
  step.usage = event;
  // Exactly, not from the event before: in a fork or a later attempt that one may be old.
  if (step.kind === "model") step.startedAt = event.timestamp - event.duration_ms / 1000;
  return place;
}

/** The end of a workflow's step; one that was passed over, or decided without a run, has no beginning of its own. */
function endTask(draft: Draft, event: EventOf<"task_end">): number {
  const id = `task-${event.key}`;
  const place = draft.places.get(id) ?? addStep(draft, event, { id, kind: "task", name: event.name });
  const step = writable(draft, place);
  close(step, event, taskStatuses[event.status] ?? "done");
  step.text = event.status === "skipped" ? "passed over" : (event.output ?? "");
  if (step.status === "failed") {
    step.error = event.error ? `${event.error.code}: ${event.error.message}` : event.status;
    draft.totals.errors += 1;
  }
  return place;
}

const taskStatuses: Record<string, StepStatus> = { failed: "failed", timed_out: "failed", cancelled: "cancelled" };

function endTool(draft: Draft, event: EventOf<"tool_end">): number {
  const place =
    draft.places.get(toolId(event)) ?? addStep(draft, event, { id: toolId(event), kind: "tool", name: event.tool });
  const step = writable(draft, place);
  close(step, event, event.error ? "failed" : "done");
  if (event.error) {
    step.error = `${event.error.code}: ${event.error.message}`;
    draft.totals.errors += 1;
  }
  return place;
}

function end(
  draft: Draft,
  event: TraceEvent,
  status: "completed" | "failed" | "cancelled",
  left: StepStatus,
): undefined {
  closeOpenSteps(draft, event.timestamp, left);
  draft.status = status;
  draft.endedAt = event.timestamp;
  if (status === "failed") draft.totals.errors += 1;
}

/** The step of a model call, made with the first event that speaks of it: the log has none for its beginning. */
function modelStep(
  draft: Draft,
  event: EventOf<"token"> | EventOf<"message"> | EventOf<"usage">,
  messageId: string,
): number {
  const own = event.span_id ? draft.steps[draft.places.get(event.span_id) ?? -1]?.kind : "node";
  const id = `model-${event.attempt}-${own === undefined || own === "model" ? event.span_id : messageId}`;
  return (
    draft.places.get(id) ??
    addStep(draft, event, { id, kind: "model", name: "model", startedAt: draft.lastAt || event.timestamp })
  );
}

function modelOfUsage(draft: Draft, event: EventOf<"usage">): number | undefined {
  const kind = event.span_id ? draft.steps[draft.places.get(event.span_id) ?? -1]?.kind : "node";
  if (kind === undefined || kind === "model") return modelStep(draft, event, "");
  // A tool that asks a model itself: what that took belongs to the tool's step.
  if (kind === "tool") return event.span_id ? draft.places.get(event.span_id) : undefined;
  for (let place = draft.steps.length - 1; place >= 0; place--) {
    const step = draft.steps[place];
    if (
      step?.kind === "model" &&
      !step.usage &&
      step.attempt === event.attempt &&
      step.opened.span_id === event.span_id
    )
      return place;
  }
  return undefined;
}

function addStep(draft: Draft, event: TraceEvent, fields: Pick<Step, "id" | "kind" | "name"> & Partial<Step>): number {
  // Retries and interrupts stand inside a span, they are not it.
  const leaf = fields.kind === "retry" || fields.kind === "interrupt" || fields.kind === "guardrail";
  const parentId = parentOf(draft, event, fields.id);
  if (parentId !== null) reopen(draft, parentId);
  const place = draft.steps.length;
  draft.steps.push({
    parentId,
    attempt: event.attempt,
    startedAt: event.timestamp,
    endedAt: fields.kind === "retry" ? event.timestamp : null,
    status: "running",
    text: "",
    error: null,
    final: false,
    opened: event,
    closed: null,
    usage: null,
    events: [],
    ...fields,
  });
  draft.own.add(place);
  draft.places.set(fields.id, place);
  if (!leaf && event.span_id && !draft.places.has(event.span_id)) draft.places.set(event.span_id, place);
  if (draft.status === "pending") draft.status = "running";
  return place;
}

/** A node that a dead worker left and that a later attempt goes on with; the log does not tell its beginning twice. */
function reopen(draft: Draft, id: string): void {
  const place = draft.places.get(id);
  if (place === undefined || draft.steps[place]?.status !== "lost") return;
  Object.assign(writable(draft, place), { status: "running", endedAt: null });
}

function close(step: Step, event: TraceEvent, status: StepStatus): void {
  step.endedAt = event.timestamp;
  step.status = status;
  step.closed = event;
}

function closeOpenSteps(draft: Draft, at: number, status: StepStatus): void {
  draft.steps.forEach((step, place) => {
    if (step.endedAt !== null) return;
    // A workflow's step is a run of its own: it goes on without the worker that waited for it.
    if (step.kind === "task" && status === "lost") return;
    const open = writable(draft, place);
    open.endedAt = at;
    open.status = status;
  });
}

/** The step at this place, copied once per batch. */
function writable(draft: Draft, place: number): Step {
  const step = draft.steps[place];
  if (!step) throw new RangeError(`no step at ${place}`);
  if (draft.own.has(place)) return step;
  draft.own.add(place);
  const copy = { ...step, events: step.events.slice() };
  draft.steps[place] = copy;
  return copy;
}
