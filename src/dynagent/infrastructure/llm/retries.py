"""Model calls that are made again: exponential backoff with jitter, the endpoint's wish honoured."""

import asyncio
import random
from collections.abc import Awaitable, Callable

from dynagent.core.language_models import (
    ChatModel,
    ModelCircuitOpen,
    ModelError,
    ModelRefused,
    ModelReply,
    ModelRequest,
    ModelRetry,
    OnRetry,
    OnText,
)
from dynagent.infrastructure.llm.circuit import Circuit
from dynagent.infrastructure.llm.errors import refused_parameter
from dynagent.infrastructure.llm.usage import Note

MAX_TRIES = 3
MAX_WAIT_S = 60.0
"""Who asks us to wait longer is told no: the run fails at once, with the endpoint's words."""

Sleep = Callable[[float], Awaitable[None]]


class Persistence:
    """What the calls to one model share: circuit, how waiting is done, unknown parameters, who counts the tries."""

    def __init__(
        self,
        circuit: Circuit,
        *,
        sleep: Sleep = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        note: Note | None = None,
    ) -> None:
        self.circuit = circuit
        self.note = note
        self.sleep = sleep
        self.jitter = jitter
        self.unsupported: set[str] = set()

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

        try_number, waited_s = 1, 0.0
        while True:
            try:
                return await self._try(request, note)
            except ModelError as error:
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
            try:
                return await self._pass(_without(request, self._shared.unsupported), on_text)
            except ModelRefused as error:
                # Some models refuse some parameters (reasoning models: temperature); ask without, now and later.
                param = refused_parameter(error)
                if param is None or getattr(request, param) is None or param in self._shared.unsupported:
                    raise
                self._shared.unsupported.add(param)

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


def _without(request: ModelRequest, parameters: set[str]) -> ModelRequest:
    return request.model_copy(update=dict.fromkeys(parameters)) if parameters else request
