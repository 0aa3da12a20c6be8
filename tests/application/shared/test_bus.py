"""Messages reach their handlers in a scope; queries that may lag are answered by a copy, or by the store itself."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import ClassVar

import pytest

from dynagent.application.shared.bus import Bus, OpenScope, Returns
from dynagent.application.shared.caller import LOCAL_ADMIN, Caller
from dynagent.core.shared.errors import DynagentError, NotFound, StorageAway


@dataclass(frozen=True)
class AskLate(Returns[str]):
    """A question whose answer may be old."""

    may_lag: ClassVar[bool] = True


@dataclass(frozen=True)
class AskNow(Returns[str]):
    """A question whose answer must be true now."""


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


def opening(name: str) -> OpenScope[str]:
    @asynccontextmanager
    async def open_scope(caller: Caller) -> AsyncGenerator[str]:
        yield name

    return open_scope


def a_bus(failing: dict[str, DynagentError], late: OpenScope[str] | None) -> Bus[str]:
    bus = Bus(opening("store"))
    bus.read_late_from(lambda: late)
    for message in (AskLate, AskNow):
        bus.register(message, lambda scope: Answering(scope, failing))
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
