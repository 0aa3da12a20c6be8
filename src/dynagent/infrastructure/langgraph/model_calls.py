"""Model calls of a run: taken from the journal where an earlier attempt made them, else made, streamed and recorded."""

import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dynagent.core.language_models import (
    USUAL_TEMPERATURE,
    ChatModel,
    ChatModels,
    ModelReply,
    ModelRequest,
    ModelRetry,
    OnText,
    ToolSpec,
)
from dynagent.core.runs import Message, Retry
from dynagent.core.shared.calls import OnSent
from dynagent.core.shared.errors import DynagentError, ErrorKind
from dynagent.core.shared.pictures import Picture
from dynagent.infrastructure.langgraph.compaction import Compaction, Overflow
from dynagent.infrastructure.langgraph.guards import Guards
from dynagent.infrastructure.langgraph.messages import StoredMessage, read_message, unique_calls
from dynagent.infrastructure.langgraph.trace_events import RunTrace, Span, milliseconds_since
from dynagent.infrastructure.langgraph.verdicts import RunWaits

Manner = Literal["freely", "last", "toolless"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How this run asks its model; times in seconds. `earlier` messages of the conversation are of turns before."""

    temperature: float | None
    tools: tuple[ToolSpec, ...]
    timeout_s: float
    idle_timeout_s: float
    output_schema: dict[str, Any] | None = None
    earlier: int = 0
    max_chars: int = 16_000_000
    pictures: tuple[Picture, ...] = ()
    overflow: Overflow = "summary"


class RepliesTooLong(DynagentError):
    """The models of one run have written more than is kept of a run."""

    kind = ErrorKind.UPSTREAM_FAILED
    code = "replies_too_long"


class ModelCalls:
    """Asks the run's model. Every call has a key that is the same in each attempt."""

    def __init__(
        self, models: ChatModels, model: str | None, asking: Asking, trace: RunTrace, *, guards: Guards | None = None
    ) -> None:
        self._models = models
        self._guards = guards if guards is not None and guards.has("output") else None
        self._asking = asking
        self._trace = trace
        self.name = models.get(model).name
        self._read_chars = 0
        window = models.window(model)
        offered = 0 if window is None else sum(len(t.description) + len(json.dumps(t.parameters)) for t in asking.tools)
        self._compaction = Compaction(
            trace, earlier=asking.earlier, overflow=asking.overflow, window=window, offered=offered
        )

    async def ask(self, messages: Sequence[StoredMessage], span: Span, *, asking: Manner = "freely") -> ModelReply:
        """Return the reply to the conversation so far.

        `last` offers the tools but allows no calls, `toolless` does not offer them either: the text is the answer.

        Raises ModelError, GuardrailBlocked, RunWaits.
        """
        key = span.next_model_key()
        recorded = self._trace.claim.journal.reply(key)
        if recorded is not None:
            if not recorded.taken_over:
                cost = self._trace.cost_usd(recorded.model, self.name, recorded.token_usage)
                self._trace.tally.add_reply(recorded.token_usage, cost)
            self._compaction.used_before(key, self.name)
            if self._guards is not None and not recorded.taken_over:
                self._guards.used_before(key)
            return _as_reply(recorded)
        call = _Call(self._trace, span, key)
        asked_about = self._guards.asked_before(key) if self._guards is not None else None
        if asked_about is not None:
            self._trace.used_before(key)
            reply = asked_about
        else:
            reply = await self._made(messages, span, call, asking=asking)
        if self._guards is not None:
            reply = await _guarded(self._guards, reply, span, call)
        message = call.message(
            reply, final=not reply.tool_calls and not reply.content.isspace() and reply.content != ""
        )
        self._trace.recorder.record(message)
        return reply

    async def _made(
        self, messages: Sequence[StoredMessage], span: Span, call: "_Call", *, asking: Manner
    ) -> ModelReply:
        """Ask the model and report what the call used.

        That comes before the message: should the log end between the two, the call is made (and paid) again, and both
        are told.
        """
        key, guards = call.key, self._guards
        model: ChatModel = self._models.get(self.name, call.on_retry)
        on_sent = self._trace.sending(key)

        def reply_to(on_text: OnText) -> Awaitable[ModelReply]:
            def ask(sent: Sequence[StoredMessage]) -> Awaitable[ModelReply]:
                return model.reply(self._request(sent, asking, on_sent), on_text)

            return self._compaction.ask(messages, ask, model=model, span=span, key=key)

        self._report_request(messages, asking, key)
        if guards is None:
            reply = await reply_to(call.on_text)
        elif guards.holds_back:
            reply = await reply_to(call.hold)
        else:
            reply = await guards.watched(reply_to, call, span)
        self._count(reply)
        self._report_reply(reply, key)
        if reply.tool_calls:
            calls = unique_calls(reply.tool_calls, messages) if asking == "freely" else ()
            reply = reply.model_copy(update={"tool_calls": calls})
        call.report_usage(reply, self.name)
        return reply

    def _count(self, reply: ModelReply) -> None:
        """Bound what a run makes its models write: all of it is kept. Counted anew in each attempt."""
        self._read_chars += len(reply.content) + sum(len(call.raw) for call in reply.tool_calls)
        if self._read_chars > self._asking.max_chars:
            raise RepliesTooLong(
                f"the model's replies in this run are longer than {self._asking.max_chars:,} characters in all "
                "(RUN_REPLIES_MAX_CHARS)"
            )

    def _report_request(self, messages: Sequence[StoredMessage], asking: Manner, key: str) -> None:
        characters = sum(len(message["content"]) for message in messages)
        tools = [] if asking == "toolless" else [tool.name for tool in self._asking.tools]
        self._trace.detail(
            "request",
            f"• asking {self.name}: {len(messages)} messages, {characters} characters, {len(tools)} tools",
            key,
            model=self.name,
            messages=len(messages),
            characters=characters,
            tools=tools,
            calls_allowed=asking == "freely",
        )

    def _report_reply(self, reply: ModelReply, key: str) -> None:
        wished = [call.name for call in reply.tool_calls]
        self._trace.detail(
            "reply",
            f"• {reply.model} said: {len(reply.content)} characters, {len(wished)} tool calls ({reply.finish_reason})",
            key,
            model=reply.model,
            characters=len(reply.content),
            calls=wished,
            finish_reason=reply.finish_reason,
        )

    def _request(self, messages: Sequence[StoredMessage], asking: Manner, on_sent: OnSent) -> ModelRequest:
        how = self._asking
        return ModelRequest(
            messages=tuple(read_message(message, how.pictures) for message in messages),
            tools=() if asking == "toolless" else how.tools,
            tool_choice="auto" if asking == "freely" else "none",
            temperature=how.temperature,
            usual_temperature=USUAL_TEMPERATURE,
            timeout_s=how.timeout_s,
            idle_timeout_s=how.idle_timeout_s,
            output_schema=how.output_schema,
            on_sent=on_sent,
        )


class _Call:
    """One model call on its way: its text as it streams, its tries, its times."""

    __slots__ = ("_began", "_first_token_ms", "_message_id", "_record_text", "_span", "_trace", "key", "on_restart")

    def __init__(self, trace: RunTrace, span: Span, key: str) -> None:
        self._trace = trace
        self._span = span
        self.key = key
        self._record_text = trace.recorder.record_text
        self._message_id = f"{key}@{trace.claim.run.attempt}"
        self._began = time.perf_counter()
        self._first_token_ms: float | None = None
        self.on_restart: Callable[[], None] | None = None

    def on_text(self, text: str) -> None:
        """Pass a piece of text on to the trace."""
        if self._first_token_ms is None:
            self._first_token_ms = milliseconds_since(self._began)
        self._record_text(self._message_id, text, span_id=self.key, parent_span_id=self._span.id)

    def hold(self, text: str) -> None:
        """Take note that text comes, without letting it out."""
        if self._first_token_ms is None:
            self._first_token_ms = milliseconds_since(self._began)

    def on_retry(self, retry: ModelRetry) -> None:
        """Tell that the call is made again; its message starts anew under another id."""
        if self.on_restart is not None:
            self.on_restart()
        self._trace.recorder.record(
            Retry(
                timestamp=time.time(),
                span_id=self.key,
                parent_span_id=self._span.id,
                what="model",
                reason=retry.error.detail,
                error_code=retry.error.code,
                delay_s=round(retry.delay_s, 3),
                try_number=retry.try_number,
            )
        )
        self._message_id = f"{self.key}@{self._trace.claim.run.attempt}.{retry.try_number}"
        self._first_token_ms = None

    def message(self, reply: ModelReply, *, final: bool) -> Message:
        """Return the event with the whole reply."""
        return Message(
            timestamp=time.time(),
            span_id=self.key,
            parent_span_id=self._span.id,
            message_id=self._message_id,
            content=reply.content,
            tool_calls=reply.tool_calls,
            model=reply.model,
            finish_reason=reply.finish_reason,
            final=final,
            call_key=self.key,
            token_usage=reply.usage,
            aside=reply.aside,
        )

    def report_usage(self, reply: ModelReply, asked: str) -> None:
        """Record and add up what the call used."""
        self._trace.used(
            reply.model,
            asked,
            reply.usage,
            key=self.key,
            span=self._span,
            duration_ms=milliseconds_since(self._began),
            first_token_ms=self._first_token_ms,
        )


async def _guarded(guards: Guards, reply: ModelReply, span: Span, call: _Call) -> ModelReply:
    """Return the reply with its text as it may go out. Raises GuardrailBlocked, RunWaits."""
    if not reply.content.strip():
        return reply
    try:
        text = await guards.passed("output", reply.content, call.key, span, final=not reply.tool_calls)
    except RunWaits as waits:
        raise guards.withhold(waits, reply) from None
    if guards.holds_back:
        call.on_text(text)
    return reply.model_copy(update={"content": text})


def _as_reply(message: Message) -> ModelReply:
    return ModelReply(
        content=message.content,
        tool_calls=message.tool_calls,
        usage=message.token_usage,
        model=message.model,
        finish_reason=message.finish_reason,
        aside=message.aside,
    )
