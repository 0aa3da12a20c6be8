"""Handlers are filled by the types of their fields; what is missing is said at start."""

from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field

import pytest

from dynagent.application.shared.access import MAKERS, Access, Grant
from dynagent.application.shared.bus import Bus, Route
from dynagent.application.shared.caller import LOCAL_ADMIN, Caller
from dynagent.application.shared.messages import Command, Query
from dynagent.application.shared.resolver import MissingPort, Resolver


class Rows:
    """A port of one message."""


class Clock:
    """A port of the process."""


@dataclass(frozen=True)
class Ask(Query[str], needs="agents:read"):
    """A question."""


@dataclass(frozen=True, slots=True)
class Wait(Command[str], needs="agents:read", scope="none"):
    """An order that may take long."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Something between a handler and its ports."""

    rows: Rows
    clock: Clock
    names: tuple[str, ...] = field(default=("kept",))


@dataclass(frozen=True, slots=True)
class AskHandler:
    """Handles Ask."""

    writer: Writer

    async def __call__(self, message: Ask, caller: Caller) -> str:
        """Answer."""
        return self.writer.names[0]


@dataclass(frozen=True, slots=True)
class WaitHandler:
    """Handles Wait."""

    clock: Clock

    async def __call__(self, message: Wait, caller: Caller) -> str:
        """Answer."""
        return "waited"


@dataclass(frozen=True, slots=True)
class HoldingHandler:
    """Handles Wait, but with a session."""

    rows: Rows

    async def __call__(self, message: Wait, caller: Caller) -> str:
        """Answer."""
        return "held"


CLOCK = Clock()
RESOLVER = Resolver(shared={Clock: CLOCK}, scoped={Rows: lambda scope: scope})


async def test_ports_are_filled_by_type_also_in_dataclasses_between_and_defaults_stay() -> None:
    rows = Rows()
    route = RESOLVER.routes([AskHandler])[Ask]
    handler = route.build(rows)
    assert route.scoped
    assert isinstance(handler, AskHandler)
    assert (handler.writer.rows, handler.writer.clock) == (rows, CLOCK)
    assert await handler(Ask(), LOCAL_ADMIN) == "kept"


def test_a_handler_without_ports_of_a_session_is_made_once_and_opens_no_scope() -> None:
    route = RESOLVER.routes([WaitHandler])[Wait]
    assert not route.scoped
    assert route.build(None) is route.build(None)


def test_a_missing_port_is_named_with_its_handler_and_field() -> None:
    with pytest.raises(MissingPort, match=r"Writer\.clock: nothing is bound to .*Clock"):
        Resolver(scoped={Rows: lambda scope: scope}).routes([AskHandler])


def test_a_message_that_must_hold_no_session_is_given_none() -> None:
    with pytest.raises(TypeError, match="Wait must hold no session"):
        RESOLVER.routes([HoldingHandler])


def test_a_message_has_one_handler() -> None:
    with pytest.raises(TypeError, match="Wait has two handlers"):
        RESOLVER.routes([WaitHandler, WaitHandler])


def test_a_message_without_a_permission_is_refused_at_import() -> None:
    with pytest.raises(TypeError, match="Nameless needs a permission"):
        type("Nameless", (Query,), {})


def test_a_message_whose_permission_nobody_grants_is_refused_at_start() -> None:
    bus = Bus(opening, Access({"agents:write": Grant(MAKERS)}))
    with pytest.raises(TypeError, match="Ask needs 'agents:read', which no noun grants"):
        bus.serve({Ask: Route(lambda _: handle)})


def opening(_: Caller, message: object) -> AbstractAsyncContextManager[None]:
    return nullcontext()


async def handle(message: object, caller: Caller) -> None:
    """Do nothing."""
