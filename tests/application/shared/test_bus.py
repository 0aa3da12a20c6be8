"""Messages reach their handlers in a scope; queries that may lag are answered by a copy, or by the store itself."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from dynagent.application.queries.agents import ListAgents
from dynagent.application.shared.access import EVERY_ROLE, Access, Grant
from dynagent.application.shared.bus import Bus, OpenScope, Route
from dynagent.application.shared.caller import ANONYMOUS, LOCAL_ADMIN, Caller
from dynagent.application.shared.messages import Query
from dynagent.core.identity import NotSignedIn
from dynagent.core.shared.errors import DynagentError, NotFound, StorageAway


@dataclass(frozen=True)
class AskLate(Query[str], needs="agents:read", may_lag=True):
    """A question whose answer may be old."""


@dataclass(frozen=True)
class AskNow(Query[str], needs="agents:read"):
    """A question whose answer must be true now."""


ACCESS = Access({"agents:read": Grant(EVERY_ROLE)})


class Answering:
    """Answers with the name of its scope, or raises what it was told to raise there."""

    def __init__(self, scope: str, failing: dict[str, DynagentError]) -> None:
        self._scope = scope
        self._failing = failing

    async def __call__(self, message: object, caller: Caller) -> str:
        """Answer."""
        if self._scope in self._failing:
            raise self._failing[self._scope]
        return self._scope


def opening(name: str) -> Any:
    @asynccontextmanager
    async def open_scope(caller: Caller, message: object = None) -> AsyncGenerator[str]:
        yield name

    return open_scope


def a_bus(failing: dict[str, DynagentError], late: OpenScope | None) -> Bus:
    bus = Bus(opening("store"), ACCESS)
    bus.read_late_from(lambda: late)
    bus.serve({message: Route(lambda scope: Answering(scope, failing)) for message in (AskLate, AskNow)})
    return bus


async def test_only_what_may_lag_is_asked_of_the_copy() -> None:
    bus = a_bus({}, opening("copy"))
    assert (await bus.send(AskLate(), LOCAL_ADMIN), await bus.send(AskNow(), LOCAL_ADMIN)) == ("copy", "store")


async def test_without_a_copy_the_store_answers() -> None:
    assert await a_bus({}, None).send(AskLate(), LOCAL_ADMIN) == "store"


@pytest.mark.parametrize("error", [StorageAway("gone"), NotFound("not arrived yet")])
async def test_what_the_copy_cannot_answer_is_asked_of_the_store(error: DynagentError) -> None:
    assert await a_bus({"copy": error}, opening("copy")).send(AskLate(), LOCAL_ADMIN) == "store"


async def test_the_stores_own_refusal_is_told() -> None:
    refusal = NotFound("nowhere")
    with pytest.raises(NotFound, match="nowhere"):
        await a_bus({"copy": refusal, "store": refusal}, opening("copy")).send(AskLate(), LOCAL_ADMIN)


async def test_the_bus_opens_no_scope_for_what_it_refuses() -> None:
    opened: list[Caller] = []

    @asynccontextmanager
    async def scope(caller: Caller, message: object) -> AsyncGenerator[str]:
        opened.append(caller)
        yield "store"

    user = Caller("u", frozenset({"user"}))
    bus = Bus(scope, ACCESS)
    bus.serve({ListAgents: Route(lambda scope: Answering(scope, {}))})
    assert str(await bus.send(ListAgents(), user)) == "store"
    with pytest.raises(NotSignedIn):
        await bus.send(ListAgents(), ANONYMOUS)
    assert opened == [user]


async def test_what_stands_around_a_handler_is_open_while_it_works_and_closed_after() -> None:
    seen: list[str] = []

    def around(name: str) -> OpenScope:
        @asynccontextmanager
        async def surround(caller: Caller) -> AsyncGenerator[None]:
            seen.append(f"{name} opens")
            yield
            seen.append(f"{name} closes")

        return surround

    async def handle(message: AskNow, caller: Caller) -> str:
        seen.append("handled")
        return "done"

    bus = Bus(opening("store"), ACCESS)
    bus.serve({AskNow: Route(lambda _: handle, scoped=False, around=(around("a"), around("b")))})
    assert await bus.send(AskNow(), LOCAL_ADMIN) == "done"
    assert seen == ["a opens", "b opens", "handled", "b closes", "a closes"]
