"""Records the trace of one attempt: numbers, dates and encodes each event once, coalesces streamed text.

An event's time is the store's at the claim and what has passed since: a worker's clock may be wrong, and may jump.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from pydantic_core import PydanticSerializationError

from dynagent.core.runs import AnyTraceEvent, Claim, Frame, Outcome, SentCall, Token, TraceRecorder
from dynagent.core.shared.text import clean_json
from dynagent.infrastructure.trace.model_calls import ModelCallLimits, ModelCallParts, StoredCall

_TIME = b'"timestamp":'


@dataclass(slots=True)
class StoredEvent:
    """An event ready to be stored: its frame and the columns beside the payload (`at` in epoch seconds).

    `calls` is what model calls were sent since the event before it: they are stored together.
    """

    frame: Frame
    type: str
    at: float
    calls: tuple[StoredCall, ...] = ()


@dataclass(slots=True)
class _Text:
    """Streamed text that waits for its window to end."""

    message_id: str
    span_id: str | None
    parent_span_id: str | None
    started: float
    offset: int = 0
    pieces: list[str] = field(default_factory=list[str])
    parts: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    last_sent: float = float("-inf")
    timer: asyncio.TimerHandle | None = None


class BatchingRecorder(TraceRecorder):
    """The recorder of one attempt. `wake` tells the writer that there is something to take."""

    def __init__(
        self,
        claim: Claim,
        *,
        window_s: float,
        wake: Callable[["BatchingRecorder"], None],
        model_calls: ModelCallLimits | None = None,
    ) -> None:
        self.execution_id = claim.run.id
        self.attempt = claim.run.attempt
        self.parent_run_id = claim.run.parent_run_id
        self.outcome: Outcome | None = None
        self.lost: BaseException | None = None
        self._seq = self._stored_seq = claim.last_seq
        self._offset = None if claim.moment is None else claim.moment - time.monotonic()
        self._window_s = window_s
        self._wake = wake
        self._pending: list[StoredEvent] = []
        self._text: _Text | None = None
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        limits = model_calls or ModelCallLimits()
        self._parts = ModelCallParts(limits) if limits.keep else None
        self._calls: dict[str, StoredCall] = {}

    def record(self, event: AnyTraceEvent) -> None:
        """Number, encode and queue an event; text that waits goes before it."""
        self._end_text()
        self._append(event)

    def record_text(self, message_id: str, text: str, *, span_id: str | None, parent_span_id: str | None) -> None:
        """Take streamed text: the first piece goes at once, later ones at most once per window."""
        now = time.monotonic()
        waiting = self._text
        if waiting is None or waiting.message_id != message_id:
            self._end_text()
            waiting = self._text = _Text(message_id, span_id, parent_span_id, started=now)
        waiting.pieces.append(text)
        waiting.parts.append((len(text), round((now - waiting.started) * 1000)))
        if waiting.timer is None:
            rest = waiting.last_sent + self._window_s - now
            if rest <= 0:
                self._send_text()
            else:
                waiting.timer = asyncio.get_running_loop().call_later(rest, self._send_text)

    def record_model_call(self, call: SentCall) -> None:
        """Cut into parts and queue for the next event: it costs no commit of its own."""
        if self._parts is None or self.lost is not None:
            return
        stored = self._parts.stored(call)
        replaced = self._calls.get(call.call_key)
        if replaced is not None:
            stored.at, stored.parts = replaced.at, replaced.parts | stored.parts
        self._calls[call.call_key] = stored

    async def flush(self) -> None:
        """Wait until all that was recorded is stored. Raises RunLost."""
        self._send_text()
        if self.lost is not None:
            raise self.lost
        if self._seq > self._stored_seq:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append((self._seq, waiter))
            await waiter

    async def finish(self, outcome: Outcome, last: AnyTraceEvent) -> None:
        """Store the last event and the final state together. Raises RunLost."""
        self._end_text()
        self.outcome = outcome
        self._append(last)
        await self.flush()

    def take(self) -> list[StoredEvent]:
        """For the writer: what is to be stored now; the writer answers with `stored` or `refuse`."""
        taken, self._pending = self._pending, []
        return taken

    def stored(self, last_seq: int) -> None:
        """For the writer: everything up to this seq is committed."""
        self._stored_seq = last_seq
        done = [waiter for seq, waiter in self._waiters if seq <= last_seq]
        self._waiters = [(seq, waiter) for seq, waiter in self._waiters if seq > last_seq]
        for waiter in done:
            if not waiter.done():
                waiter.set_result(None)

    def refuse(self, error: BaseException) -> None:
        """For the writer: nothing of this attempt is stored any more."""
        self.lost = error
        self._pending.clear()
        waiters, self._waiters = self._waiters, []
        for _, waiter in waiters:
            if not waiter.done():
                waiter.set_exception(error)

    def _append(self, event: AnyTraceEvent) -> None:
        if self.lost is not None:
            return
        self._seq += 1
        at = event.timestamp if self._offset is None else self._offset + time.monotonic()
        payload = encode(event, seq=self._seq, attempt=self.attempt, at=at)
        calls = tuple(self._calls.values()) if self._calls else ()
        self._calls.clear()
        frame = Frame(self._seq, payload, event.terminal)
        self._pending.append(StoredEvent(frame, event.type, at, calls))
        self._wake(self)

    def _end_text(self) -> None:
        self._send_text()
        self._text = None

    def _send_text(self) -> None:
        waiting = self._text
        if waiting is None:
            return
        if waiting.timer is not None:
            waiting.timer.cancel()
            waiting.timer = None
        if not waiting.pieces:
            return
        content = "".join(waiting.pieces)
        event = Token(
            timestamp=time.time(),
            span_id=waiting.span_id,
            parent_span_id=waiting.parent_span_id,
            message_id=waiting.message_id,
            content=content,
            offset=waiting.offset,
            parts=waiting.parts,
        )
        waiting.offset += len(content)
        waiting.pieces, waiting.parts = [], []
        waiting.last_sent = time.monotonic()
        self._append(event)


def encode(event: AnyTraceEvent, *, seq: int, attempt: int, at: float | None = None) -> bytes:
    """Return the event's JSON bytes, as they are stored and as every follower gets them; `at` replaces its time."""
    try:
        payload = event.__pydantic_serializer__.to_json(event)
    except PydanticSerializationError:
        # A text that UTF-8 cannot hold slipped through: storing a replacement beats losing the run.
        cleaned = type(event).model_construct(**clean_json(event.model_dump(mode="python")))
        payload = cleaned.__pydantic_serializer__.to_json(cleaned)
    # Written into the bytes, because a copy of the event would cost twice the encoding. Before these fields stand only
    # the type and numbers, so the first match is the field.
    payload = payload.replace(b'"seq":%d,' % event.seq, b'"seq":%d,' % seq, 1)
    if attempt != event.attempt:
        payload = payload.replace(b'"attempt":%d,' % event.attempt, b'"attempt":%d,' % attempt, 1)
    if at is not None and at != event.timestamp:
        begin = payload.index(_TIME) + len(_TIME)
        payload = b"%b%b%b" % (payload[:begin], repr(at).encode(), payload[payload.index(b",", begin) :])
    return payload
