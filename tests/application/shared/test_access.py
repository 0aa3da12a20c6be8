"""What roles, keys and tickets allow."""

from dataclasses import replace
from typing import Any

import pytest

from dynagent.application.queries.agents import GetAgent
from dynagent.application.queries.executions import GetExecution, ListExecutions
from dynagent.application.shared.access import SCOPES, check_permitted, permissions_of
from dynagent.application.shared.caller import ANONYMOUS, SYSTEM, Caller
from dynagent.application.shared.messages import Message
from dynagent.core.identity import NotSignedIn, PermissionDenied

USER = Caller("u", frozenset({"user"}))
VIEWER = Caller("v", frozenset({"viewer"}))


def test_nobody_is_asked_to_sign_in_and_a_role_decides() -> None:
    with pytest.raises(NotSignedIn):
        check(GetAgent("a"), ANONYMOUS)
    check(GetAgent("a"), VIEWER)
    with pytest.raises(PermissionDenied, match="viewer"):
        check_permitted("executions:run", VIEWER)
    check_permitted("executions:run", USER)
    with pytest.raises(PermissionDenied):
        check_permitted("users:read", USER)
    with pytest.raises(PermissionDenied):
        check_permitted("system", USER)
    check_permitted("system", SYSTEM)


def test_scopes_narrow_what_roles_allow_and_never_widen_it() -> None:
    program = replace(USER, scopes=frozenset({"agents:read", "users:read"}))
    check(GetAgent("a"), program)
    with pytest.raises(PermissionDenied, match="scope"):
        check(GetExecution("e"), program)
    with pytest.raises(PermissionDenied, match="role"):
        check_permitted("users:read", program)


def test_a_ticket_is_for_one_execution() -> None:
    watcher = replace(USER, scopes=frozenset({"executions:read"}), execution_id="e")
    check(GetExecution("e"), watcher)
    for message in (GetExecution("f"), ListExecutions()):
        with pytest.raises(PermissionDenied, match="another execution"):
            check(message, watcher)
    with pytest.raises(PermissionDenied):
        check_permitted("tickets:write", watcher)


def test_a_key_cannot_be_given_what_would_keep_itself_alive() -> None:
    assert set(SCOPES).isdisjoint({"account:write", "keys:write", "users:write", "tickets:write", "system"})
    assert "system" not in permissions_of(frozenset({"admin"}))
    assert set(permissions_of(frozenset({"viewer"}))) < set(permissions_of(frozenset({"user"})))


def check(message: Message[Any], caller: Caller) -> None:
    """Check as the bus does."""
    check_permitted(message.permission, caller, getattr(message, "execution_id", None))
