"""The bus: brings each message to its handler inside a scope of its own (one session, one transaction)."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, ClassVar, Generic, Protocol, TypeVar

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
    """Base of messages: `class GetAgent(Returns[Agent])` tells the type checker what `bus.send` returns.

    A query whose answer may be a few seconds old says so with `may_lag`: a copy of the store may then answer it.
    """

    may_lag: ClassVar[bool] = False

    def __returns__(self) -> R:
        """Typing only: never called."""
        raise NotImplementedError


Handler = Callable[[Any, Caller], Awaitable[Any]]
OpenScope = Callable[[Caller], AbstractAsyncContextManager[S]]


class Bus(Generic[S]):
    """Opens a scope per message, has the handler built from it, awaits the handler, closes the scope."""

    def __init__(self, open_scope: OpenScope[S]) -> None:
        self._open_scope = open_scope
        self._open_late: Callable[[], OpenScope[S] | None] = lambda: None
        self._scoped: dict[type, Callable[[S], Handler]] = {}
        self._free: dict[type, Handler] = {}

    def register(self, message: type, build: Callable[[S], Handler]) -> None:
        """Have messages of this type handled by what `build` makes of a scope."""
        self._scoped[message] = build

    def register_free(self, message: type, handler: Handler) -> None:
        """Have messages of this type handled without a scope: for handlers that wait long and must hold no session."""
        self._free[message] = handler

    def read_late_from(self, open_late: Callable[[], OpenScope[S] | None]) -> None:
        """Have queries that may lag answered from scopes of a copy of the store, while `open_late` gives any."""
        self._open_late = open_late

    async def send(self, message: Message[R], caller: Caller) -> R:
        """Handle a message for a caller and return its result. Raises what the handler raises."""
        free = self._free.get(type(message))
        if free is not None:
            return await free(message, caller)
        build = self._scoped[type(message)]
        if getattr(message, "may_lag", False) and (open_late := self._open_late()) is not None:
            try:
                async with open_late(caller) as scope:
                    return await build(scope)(message, caller)
            except Exception:  # noqa: S110 - told by whoever gave the scope
                # Gone, too old to know of it, of another version: a query changes nothing, the store itself may say.
                pass
        async with self._open_scope(caller) as scope:
            return await build(scope)(message, caller)
