"""Model calls that are made again: exponential backoff with jitter, the endpoint's wish honoured."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping

from dynagent.core.language_models import (
    ChatModel,
    ModelCircuitOpen,
    ModelError,
    ModelRefused,
    ModelReply,
    ModelRequest,
    ModelRetry,
    ModelUnavailable,
    OnRetry,
    OnText,
)
from dynagent.infrastructure.llm.circuit import Circuit
from dynagent.infrastructure.llm.completions.refusals import refused_part, without
from dynagent.infrastructure.llm.errors import EMPTY_STREAM
from dynagent.infrastructure.llm.usage import Note

MAX_TRIES = 3
MAX_WAIT_S = 60.0
"""Who asks us to wait longer is told no: the run fails at once, with the endpoint's words."""
FORGET_AFTER_S = 3600.0
"""What an endpoint refused is left out for so long; then it is asked in full again, it may have learned."""

STORED_AFTER_S = 15.0
"""What one process has learned, the others know after so long."""

_NOTHING: frozenset[str] = frozenset()
_UNSTREAMED = frozenset({"stream", "stream_options"})

Sleep = Callable[[float], Awaitable[None]]


class Refusals:
    """What one model's endpoint refuses of requests: parts, and until when (seconds since the epoch) they stay out."""

    def __init__(
        self, *, clock: Callable[[], float] = time.time, on_new: Callable[[str, float], None] | None = None
    ) -> None:
        self._clock = clock
        self._on_new = on_new
        self._until: dict[str, float] = {}
        self._learned: dict[str, float] = {}

    @property
    def parts(self) -> frozenset[str]:
        """What is left out now."""
        return frozenset(self.until()) if self._until else _NOTHING

    def until(self) -> dict[str, float]:
        """Return what is left out now, and until when."""
        now = self._clock()
        self._until = {part: until for part, until in self._until.items() if until > now}
        return dict(self._until)

    def add(self, part: str) -> None:
        """Remember a refusal."""
        now = self._clock()
        self._learned[part], self._until[part] = now, now + FORGET_AFTER_S
        if self._on_new is not None:
            self._on_new(part, self._until[part])

    def renew(self, stored: Mapping[str, float]) -> None:
        """Take what all processes know; what was learned here a moment ago may not be stored yet, and stays."""
        since = self._clock() - STORED_AFTER_S
        fresh = {part: until for part, until in self._until.items() if self._learned.get(part, 0.0) > since}
        self._until = {**stored, **fresh}

    def clear(self) -> None:
        """Forget all."""
        self._until.clear()
        self._learned.clear()


class Persistence:
    """What the calls to one model share: circuit, how waiting is done, unknown parameters, who counts the tries."""

    def __init__(
        self,
        circuit: Circuit,
        *,
        sleep: Sleep = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        note: Note | None = None,
        clock: Callable[[], float] = time.time,
        refusals: Refusals | None = None,
    ) -> None:
        self.circuit = circuit
        self.note = note
        self.sleep = sleep
        self.jitter = jitter
        self.refusals = refusals if refusals is not None else Refusals(clock=clock)

    @property
    def left_out(self) -> frozenset[str]:
        """What this model's endpoint has refused of late and is therefore not sent."""
        return self.refusals.parts

    def leave_out(self, part: str) -> None:
        """Remember a refusal."""
        self.refusals.add(part)

    def delay_s(self, error: ModelError, try_number: int) -> float:
        """Return the seconds to wait after this try (from 1): `2 ** try`, or longer when the endpoint says so."""
        backoff = 2.0**try_number * (1 + self.jitter() / 4)
        return max(backoff, (error.retry_after_s or 0.0) + self.jitter() / 4)


class PersistentModel:
    """A model that is asked up to three times. Text that has streamed is taken back only before `on_retry`'s eyes."""

    __slots__ = ("_inner", "_on_retry", "_patient", "_shared", "name")

    def __init__(
        self, inner: ChatModel, shared: Persistence, on_retry: OnRetry | None = None, *, patient: bool = True
    ) -> None:
        self.name = inner.name
        self._inner = inner
        self._shared = shared
        self._on_retry = on_retry
        self._patient = patient

    def hurried(self) -> "PersistentModel":
        """Return the same, but without waiting for an open circuit: somebody else can be asked meanwhile."""
        return PersistentModel(self._inner, self._shared, self._on_retry, patient=False)

    async def reply(self, request: ModelRequest, on_text: OnText) -> ModelReply:
        """Ask, again after errors that may pass. Raises the last error."""
        streamed = False

        def note(text: str) -> None:
            nonlocal streamed
            streamed = True
            on_text(text)

        try_number, waited_s, asked = 1, 0.0, request
        while True:
            try:
                return await self._try(asked, note)
            except ModelError as error:
                if EMPTY_STREAM in error.extra:
                    # Some servers end a stream before its first event where they would answer 400 without one.
                    asked = without(request, _UNSTREAMED)
                delay_s = self._shared.delay_s(error, try_number)
                circuit_open = isinstance(error, ModelCircuitOpen)
                spent = (waited_s + delay_s if circuit_open else delay_s) > MAX_WAIT_S
                last = not self._patient if circuit_open else try_number >= MAX_TRIES
                if not error.retryable or spent or last:
                    raise
                if streamed and self._on_retry is None:
                    raise
                # Waiting for an endpoint with an open circuit is no try of its own, only bounded in time.
                try_number, waited_s = try_number + (not circuit_open), waited_s + delay_s
                if self._on_retry is not None:
                    self._on_retry(ModelRetry(error, delay_s, try_number))
                await self._shared.sleep(delay_s)

    async def _try(self, request: ModelRequest, on_text: OnText) -> ModelReply:
        while True:
            asked = without(request, self._shared.left_out)
            try:
                return await self._pass(asked, on_text)
            except (ModelRefused, ModelUnavailable) as error:
                # Models and gateways refuse what others demand: ask with less, now and for a while.
                part = refused_part(error, asked)
                if part is None or (not isinstance(error, ModelRefused) and not _is_answer(error, part)):
                    raise
                self._shared.leave_out(part)

    async def _pass(self, request: ModelRequest, on_text: OnText) -> ModelReply:
        circuit, note = self._shared.circuit, self._shared.note
        circuit.enter()
        failed: BaseException | None = None
        reply: ModelReply | None = None
        try:
            reply = await self._inner.reply(request, on_text)
            return reply
        except BaseException as error:
            failed = error
            raise
        finally:
            circuit.leave(failed)
            if note is not None:
                note(reply, failed)


def _is_answer(error: ModelError, part: str) -> bool:
    """Say whether a failure is what a server answers to a field it does not know, and no mishap on the way."""
    status = error.extra.get("status")
    return status == 501 or (status == 500 and part != "stream")
