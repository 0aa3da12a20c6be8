"""The table of permissions: complete, and refused by default."""

import importlib
import pkgutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest

import dynagent.application
from dynagent.application.queries.agents import GetAgent, ListAgents
from dynagent.application.queries.executions import GetExecution
from dynagent.application.shared.bus import Returns
from dynagent.application.shared.caller import ANONYMOUS, LOCAL_ADMIN, SYSTEM, Caller
from dynagent.application.shared.permissions import (
    ANYBODY,
    GRANTS,
    MESSAGES,
    SCOPES,
    PermittingBus,
    check_permitted,
    permissions_of,
)
from dynagent.core.identity import NotSignedIn, PermissionDenied

USER = Caller("u", frozenset({"user"}))
VIEWER = Caller("v", frozenset({"viewer"}))


@dataclass(frozen=True)
class Unlisted(Returns[None]):
    """A message that the table does not name."""


def test_every_message_is_in_the_table_and_every_line_is_a_message() -> None:
    for module in pkgutil.walk_packages(dynagent.application.__path__, "dynagent.application."):
        importlib.import_module(module.name)
    messages = {kind.__name__ for kind in _kinds(Returns) if kind.__module__.startswith("dynagent.application.")}

    assert messages - set(MESSAGES) == set(), "give these messages a permission"
    assert set(MESSAGES) - messages == set(), "these lines name no message"
    assert set(MESSAGES.values()) <= set(GRANTS) | {ANYBODY}


def test_what_the_table_does_not_name_is_refused_to_everybody() -> None:
    for caller in (LOCAL_ADMIN, SYSTEM, USER):
        with pytest.raises(PermissionDenied):
            check_permitted(Unlisted(), caller)


def test_nobody_is_asked_to_sign_in_and_a_role_decides() -> None:
    with pytest.raises(NotSignedIn):
        check_permitted(GetAgent("a"), ANONYMOUS)
    check_permitted(GetAgent("a"), VIEWER)
    with pytest.raises(PermissionDenied, match="viewer"):
        check_permitted(_message("StartExecution"), VIEWER)
    check_permitted(_message("StartExecution"), USER)
    with pytest.raises(PermissionDenied):
        check_permitted(_message("ListUsers"), USER)
    with pytest.raises(PermissionDenied):
        check_permitted(_message("RunExecution"), USER)
    check_permitted(_message("RunExecution"), SYSTEM)


def test_scopes_narrow_what_roles_allow_and_never_widen_it() -> None:
    program = replace(USER, scopes=frozenset({"agents:read", "users:read"}))
    check_permitted(GetAgent("a"), program)
    with pytest.raises(PermissionDenied, match="scope"):
        check_permitted(GetExecution("e"), program)
    with pytest.raises(PermissionDenied, match="role"):
        check_permitted(_message("ListUsers"), program)


def test_a_ticket_is_for_one_execution() -> None:
    watcher = replace(USER, scopes=frozenset({"executions:read"}), execution_id="e")
    check_permitted(GetExecution("e"), watcher)
    for message in (GetExecution("f"), _message("ListExecutions")):
        with pytest.raises(PermissionDenied, match="another execution"):
            check_permitted(message, watcher)
    with pytest.raises(PermissionDenied):
        check_permitted(_message("IssueStreamTicket"), watcher)


def test_a_key_cannot_be_given_what_would_keep_itself_alive() -> None:
    assert set(SCOPES).isdisjoint({"account:write", "keys:write", "users:write", "tickets:write", "system"})
    assert "system" not in permissions_of(frozenset({"admin"}))
    assert set(permissions_of(frozenset({"viewer"}))) < set(permissions_of(frozenset({"user"})))


async def test_the_bus_opens_no_scope_for_what_it_refuses() -> None:
    opened: list[Caller] = []

    @asynccontextmanager
    async def scope(caller: Caller) -> AsyncGenerator[None]:
        opened.append(caller)
        yield

    async def handle(message: ListAgents, caller: Caller) -> str:
        return "handled"

    bus = PermittingBus[None](scope)
    bus.register(ListAgents, lambda _: handle)
    assert await bus.send(ListAgents(), USER) == "handled"
    with pytest.raises(NotSignedIn):
        await bus.send(ListAgents(), ANONYMOUS)
    assert opened == [USER]


def _message(name: str) -> Returns[None]:
    return type(name, (Returns,), {})()


def _kinds(base: type) -> set[type]:
    below = set(base.__subclasses__())
    return below.union(*(_kinds(kind) for kind in below)) if below else below
