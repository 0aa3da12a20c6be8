"""Model calls of a run: taken from the journal where an earlier attempt made them, else made, streamed and recorded."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dynagent.core.executions import Message, Retry
from dynagent.core.language_models import (
    ChatModel,
    ChatModels,
    ModelReply,
    ModelRequest,
    ModelRetry,
    ToolSpec,
)
from dynagent.infrastructure.langgraph.messages import StoredMessage, read_message
from dynagent.infrastructure.langgraph.trace_events import RunTrace, Span, milliseconds_since


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How this run asks its model; times in seconds."""

    temperature: float | None
    tools: tuple[ToolSpec, ...]
    timeout_s: float
    idle_timeout_s: float
    output_schema: dict[str, Any] | None = None


class ModelCalls:
    """Asks the run's model. Every call has a key that is the same in each attempt."""

    def __init__(self, models: ChatModels, model: str | None, asking: Asking, trace: RunTrace) -> None:
        self._models = models
        self._asking = asking
        self._trace = trace
        self.name = models.get(model).name

    async def ask(self, messages: Sequence[StoredMessage], span: Span, *, last: bool = False) -> ModelReply:
        """Return the reply to the conversation so far; `last` allows no tools, its text is the answer.

        Raises ModelError.
        """
        key = span.next_model_key()
        recorded = self._trace.claim.journal.reply(key)
        if recorded is not None:
            if not recorded.taken_over:
                cost = self._trace.cost_usd(recorded.model, self.name, recorded.token_usage)
                self._trace.tally.add_reply(recorded.token_usage, cost)
            return _as_reply(recorded)
        asking = self._asking
        request = ModelRequest(
            messages=tuple(map(read_message, messages)),
            tools=asking.tools,
            tool_choice="none" if last else "auto",
            temperature=asking.temperature,
            timeout_s=asking.timeout_s,
            idle_timeout_s=asking.idle_timeout_s,
            output_schema=asking.output_schema,
        )
        call = _Call(self._trace, span, key)
        model: ChatModel = self._models.get(self.name, call.on_retry)
        reply = await model.reply(request, call.on_text)
        if last and reply.tool_calls:
            reply = reply.model_copy(update={"tool_calls": ()})
        message = call.message(reply, final=last or (not reply.tool_calls and reply.content != ""))
        # Usage first: should the log end between the two, the call is made (and paid) again, and both are told.
        call.report_usage(reply, self.name)
        self._trace.recorder.record(message)
        return reply


class _Call:
    """One model call on its way: its text as it streams, its tries, its times."""

    __slots__ = ("_began", "_first_token_ms", "_key", "_message_id", "_record_text", "_span", "_trace")

    def __init__(self, trace: RunTrace, span: Span, key: str) -> None:
        self._trace = trace
        self._span = span
        self._key = key
        self._record_text = trace.recorder.record_text
        self._message_id = f"{key}@{trace.claim.execution.attempt}"
        self._began = time.perf_counter()
        self._first_token_ms: float | None = None

    def on_text(self, text: str) -> None:
        """Pass a piece of text on to the trace."""
        if self._first_token_ms is None:
            self._first_token_ms = milliseconds_since(self._began)
        self._record_text(self._message_id, text, span_id=self._key, parent_span_id=self._span.id)

    def on_retry(self, retry: ModelRetry) -> None:
        """Tell that the call is made again; its message starts anew under another id."""
        self._trace.recorder.record(
            Retry(
                timestamp=time.time(),
                span_id=self._key,
                parent_span_id=self._span.id,
                what="model",
                reason=retry.error.detail,
                error_code=retry.error.code,
                delay_s=round(retry.delay_s, 3),
                try_number=retry.try_number,
            )
        )
        self._message_id = f"{self._key}@{self._trace.claim.execution.attempt}.{retry.try_number}"
        self._first_token_ms = None

    def message(self, reply: ModelReply, *, final: bool) -> Message:
        """Return the event with the whole reply."""
        return Message(
            timestamp=time.time(),
            span_id=self._key,
            parent_span_id=self._span.id,
            message_id=self._message_id,
            content=reply.content,
            tool_calls=reply.tool_calls,
            model=reply.model,
            finish_reason=reply.finish_reason,
            final=final,
            call_key=self._key,
            token_usage=reply.usage,
        )

    def report_usage(self, reply: ModelReply, asked: str) -> None:
        """Record and add up what the call used."""
        self._trace.used(
            reply.model,
            asked,
            reply.usage,
            key=self._key,
            span=self._span,
            duration_ms=milliseconds_since(self._began),
            first_token_ms=self._first_token_ms,
        )


def _as_reply(message: Message) -> ModelReply:
    return ModelReply(
        content=message.content,
        tool_calls=message.tool_calls,
        usage=message.token_usage,
        model=message.model,
        finish_reason=message.finish_reason,
    )
