"""The bus: checks what the caller may, and brings each message to its handler inside a scope of its own."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

from dynagent.application.shared.access import ANYBODY, Access
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Message

R = TypeVar("R")

Handler = Callable[[Any, Caller], Awaitable[Any]]
OpenScope = Callable[[Caller], AbstractAsyncContextManager[Any]]
"""Opens what the handler of one message is built from: a session, a transaction."""

OpenMessageScope = Callable[[Caller, Message[Any]], AbstractAsyncContextManager[Any]]
"""The same, of the store: its transaction knows for which message it is."""


@dataclass(frozen=True, slots=True)
class Route:
    """How messages of one type are handled: `build` makes the handler from a scope, which is None without `scoped`.

    `around` are opened, for the caller, while the handler works.
    """

    build: Callable[[Any], Handler]
    scoped: bool = True
    around: tuple[OpenScope, ...] = ()


class Bus:
    """Checks the permission, opens a scope, has the handler built from it, awaits the handler, closes the scope."""

    def __init__(self, open_scope: OpenMessageScope, access: Access) -> None:
        self.access = access
        self._open_scope = open_scope
        self._open_late: Callable[[], OpenScope | None] = lambda: None
        self._routes: dict[type, Route] = {}

    def serve(self, routes: Mapping[type[Message[Any]], Route]) -> None:
        """Have messages of these types handled so. Raises TypeError for one whose permission nobody grants."""
        for message in routes:
            if message.permission != ANYBODY and message.permission not in self.access.grants:
                raise TypeError(f"{message.__name__} needs {message.permission!r}, which no noun grants to any role")
        self._routes.update(routes)

    def read_late_from(self, open_late: Callable[[], OpenScope | None]) -> None:
        """Have queries that may lag answered from scopes of a copy of the store, while `open_late` gives any."""
        self._open_late = open_late

    async def send(self, message: Message[R], caller: Caller) -> R:
        """Handle a message for a caller and return its result.

        Raises NotSignedIn, PermissionDenied, and what the handler raises.
        """
        self.access.check(message.permission, caller, getattr(message, "execution_id", None))
        route = self._routes[type(message)]
        if route.around and not caller.is_anonymous:
            return await self._surrounded(route, message, caller, route.around)
        return await self._handled(route, message, caller)

    async def _surrounded(self, route: Route, message: Message[R], caller: Caller, around: tuple[OpenScope, ...]) -> R:
        async with around[0](caller):
            if len(around) > 1:
                return await self._surrounded(route, message, caller, around[1:])
            return await self._handled(route, message, caller)

    async def _handled(self, route: Route, message: Message[R], caller: Caller) -> R:
        if not route.scoped:
            return await route.build(None)(message, caller)
        if message.may_lag and (open_late := self._open_late()) is not None:
            try:
                async with open_late(caller) as scope:
                    return await route.build(scope)(message, caller)
            except Exception:  # noqa: S110 - reported by whoever gave the scope
                # Gone, too old to know of it, of another version: a query changes nothing, the store itself may say.
                pass
        async with self._open_scope(caller, message) as scope:
            return await route.build(scope)(message, caller)
