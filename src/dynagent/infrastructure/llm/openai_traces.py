"""Runs sent to OpenAI's traces dashboard, for users who keep a key of their own for that.

Only who has such a key is affected: the events of the run are kept while it goes on and sent when it has ended. What
cannot be sent is logged and forgotten; our own trace is the one that counts.
"""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2
import structlog

from dynagent.core.runs import (
    AnyTraceEvent,
    Message,
    Outcome,
    Run,
    SentCall,
    ToolEnd,
    ToolStart,
    TraceRecorder,
    UsageReport,
)
from dynagent.core.shared.errors import DynagentError
from dynagent.infrastructure.http.guarded import OutboundSettings, guarded_client

MAX_EVENTS = 2000
MAX_TEXT = 20_000
MAX_SENDING = 100
"""Runs that are being sent at once; more are not sent."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TracingTarget:
    """Where a user's traces go, and the key for that, which no model is asked with."""

    url: str
    key: str = field(repr=False)


class BufferedTrace(TraceRecorder):
    """A recorder that also keeps what is sent later."""

    def __init__(self, inner: TraceRecorder) -> None:
        self._inner = inner
        self.events: list[AnyTraceEvent] = []

    def record(self, event: AnyTraceEvent) -> None:
        """Take an event."""
        if len(self.events) < MAX_EVENTS and isinstance(event, Message | ToolStart | ToolEnd | UsageReport):
            self.events.append(event)
        self._inner.record(event)

    def record_text(self, message_id: str, text: str, *, span_id: str | None, parent_span_id: str | None) -> None:
        """Take a piece of streamed text; the whole message comes as an event."""
        self._inner.record_text(message_id, text, span_id=span_id, parent_span_id=parent_span_id)

    def record_model_call(self, call: SentCall) -> None:
        """Pass on."""
        self._inner.record_model_call(call)

    async def flush(self) -> None:
        """Return when everything recorded is stored."""
        await self._inner.flush()

    async def finish(self, outcome: Outcome, last: AnyTraceEvent) -> None:
        """Store the last event."""
        await self._inner.finish(outcome, last)


class OpenAITraces:
    """Sends traces in the background through the guarded client."""

    def __init__(self, settings: OutboundSettings) -> None:
        self._settings = settings
        self._sending: set[asyncio.Task[None]] = set()

    def send(self, target: TracingTarget, execution: Run, events: Sequence[AnyTraceEvent], began: float) -> None:
        """Send a run; returns at once."""
        if len(self._sending) >= MAX_SENDING:
            log.warning("traces_not_sent", error="too many are being sent", execution_id=execution.id)
            return
        body = {"data": spans_of(execution, events, began)}
        task = asyncio.get_running_loop().create_task(self._post(target, body, execution.id))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def aclose(self) -> None:
        """Wait until everything is sent."""
        while self._sending:
            await asyncio.gather(*self._sending, return_exceptions=True)

    async def _post(self, target: TracingTarget, body: dict[str, Any], execution_id: str) -> None:
        headers = {"Authorization": f"Bearer {target.key}", "OpenAI-Beta": "traces=v1"}
        try:
            async with guarded_client(self._settings, follow_redirects=False) as client:
                answer = await client.post(target.url, json=body, headers=headers)
            if answer.status_code >= 300:
                log.warning("traces_not_sent", status=answer.status_code, execution_id=execution_id)
        except (DynagentError, httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            log.warning("traces_not_sent", error=type(error).__name__, execution_id=execution_id)


def spans_of(execution: Run, events: Sequence[AnyTraceEvent], began: float) -> list[dict[str, Any]]:
    """Return the trace, a span for the agent, and one for each call of a model or a tool, in OpenAI's form."""
    trace_id = "trace_" + execution.id.replace("-", "")
    root = _span(trace_id, "agent", began, events[-1].timestamp if events else began)
    root["span_data"] = {"type": "agent", "name": execution.subject_name}
    trace: dict[str, Any] = {
        "object": "trace",
        "id": trace_id,
        "workflow_name": execution.subject_name,
        "group_id": execution.chat_id,
        "metadata": {"execution_id": execution.id, "query": execution.query[:MAX_TEXT]},
    }
    starts = {event.call_key: event for event in events if isinstance(event, ToolStart)}
    said = {event.span_id: event for event in events if isinstance(event, Message)}
    spans: list[dict[str, Any]] = []
    for place, event in enumerate(events):
        if isinstance(event, UsageReport):
            span = _span(
                trace_id, f"m{place}", event.timestamp - event.duration_ms / 1000, event.timestamp, parent=root["id"]
            )
            spans.append({**span, "span_data": _generation(event, said.get(event.span_id))})
        elif isinstance(event, ToolEnd):
            span = _span(
                trace_id, f"t{place}", event.timestamp - event.duration_ms / 1000, event.timestamp, parent=root["id"]
            )
            error = {"message": event.error.message, "data": {"code": event.error.code}} if event.error else None
            spans.append({**span, "span_data": _function(event, starts.get(event.call_key)), "error": error})
    return [trace, root, *spans]


def _generation(event: UsageReport, message: Message | None) -> dict[str, Any]:
    output = [{"role": "assistant", "content": message.content[:MAX_TEXT]}] if message else None
    usage = {"input_tokens": event.input_tokens, "output_tokens": event.output_tokens}
    return {"type": "generation", "model": event.model, "output": output, "usage": usage}


def _function(event: ToolEnd, start: ToolStart | None) -> dict[str, Any]:
    arguments = json.dumps(start.arguments, default=str)[:MAX_TEXT] if start else None
    return {"type": "function", "name": event.tool, "input": arguments, "output": str(event.result)[:MAX_TEXT]}


def _span(trace_id: str, what: str, began: float, ended: float, *, parent: str | None = None) -> dict[str, Any]:
    return {
        "object": "trace.span",
        "id": "span_" + hashlib.sha256(f"{trace_id}/{what}".encode()).hexdigest()[:24],
        "trace_id": trace_id,
        "parent_id": parent,
        "started_at": datetime.fromtimestamp(began, UTC).isoformat(),
        "ended_at": datetime.fromtimestamp(ended, UTC).isoformat(),
        "error": None,
    }
