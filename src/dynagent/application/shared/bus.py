"""The bus: brings each message to its handler inside a scope of its own (one session, one transaction)."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Generic, Protocol, TypeVar

from dynagent.application.shared.caller import Caller

S = TypeVar("S")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Message(Protocol[R_co]):
    """A command or query; `R_co` is what its handler returns. Messages are frozen dataclasses, see `Returns`."""

    def __returns__(self) -> R_co:
        """Typing only: never called."""
        ...


class Returns(Generic[R]):
    """Base of messages: `class GetAgent(Returns[Agent])` tells the type checker what `bus.send` returns."""

    def __returns__(self) -> R:
        """Typing only: never called."""
        raise NotImplementedError


Handler = Callable[[Any, Caller], Awaitable[Any]]


class Bus(Generic[S]):
    """Opens a scope per message, has the handler built from it, awaits the handler, closes the scope."""

    def __init__(self, open_scope: Callable[[Caller], AbstractAsyncContextManager[S]]) -> None:
        self._open_scope = open_scope
        self._scoped: dict[type, Callable[[S], Handler]] = {}
        self._free: dict[type, Handler] = {}

    def register(self, message: type, build: Callable[[S], Handler]) -> None:
        """Have messages of this type handled by what `build` makes of a scope."""
        self._scoped[message] = build

    def register_free(self, message: type, handler: Handler) -> None:
        """Have messages of this type handled without a scope: for handlers that wait long and must hold no session."""
        self._free[message] = handler

    async def send(self, message: Message[R], caller: Caller) -> R:
        """Handle a message for a caller and return its result. Raises what the handler raises."""
        free = self._free.get(type(message))
        if free is not None:
            return await free(message, caller)
        async with self._open_scope(caller) as scope:
            return await self._scoped[type(message)](scope)(message, caller)
