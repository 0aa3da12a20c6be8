"""What roles, keys and tickets allow."""

from dataclasses import replace
from typing import Any

import pytest

from dynagent.application.queries.agents import GetAgent
from dynagent.application.queries.executions import GetExecution, ListExecutions
from dynagent.application.shared.access import SYSTEM as OF_THE_PROGRAM
from dynagent.application.shared.caller import ANONYMOUS, SYSTEM, Caller
from dynagent.application.shared.messages import Message
from dynagent.core.identity import NotSignedIn, PermissionDenied
from dynagent.main.engine import NOUNS
from dynagent.main.noun import access_of

ACCESS = access_of(NOUNS)
USER = Caller("u", frozenset({"user"}))
VIEWER = Caller("v", frozenset({"viewer"}))


def test_nobody_is_asked_to_sign_in_and_a_role_decides() -> None:
    with pytest.raises(NotSignedIn):
        check(GetAgent("a"), ANONYMOUS)
    check(GetAgent("a"), VIEWER)
    with pytest.raises(PermissionDenied, match="viewer"):
        ACCESS.check("executions:run", VIEWER)
    ACCESS.check("executions:run", USER)
    with pytest.raises(PermissionDenied):
        ACCESS.check("users:read", USER)
    with pytest.raises(PermissionDenied):
        ACCESS.check("system", USER)
    ACCESS.check("system", SYSTEM)


def test_scopes_narrow_what_roles_allow_and_never_widen_it() -> None:
    program = replace(USER, scopes=frozenset({"agents:read", "users:read"}))
    check(GetAgent("a"), program)
    with pytest.raises(PermissionDenied, match="scope"):
        check(GetExecution("e"), program)
    with pytest.raises(PermissionDenied, match="role"):
        ACCESS.check("users:read", program)


def test_a_ticket_is_for_one_execution() -> None:
    watcher = replace(USER, scopes=frozenset({"executions:read"}), execution_id="e")
    check(GetExecution("e"), watcher)
    for message in (GetExecution("f"), ListExecutions()):
        with pytest.raises(PermissionDenied, match="another execution"):
            check(message, watcher)
    with pytest.raises(PermissionDenied):
        ACCESS.check("tickets:write", watcher)


def test_a_key_cannot_be_given_what_would_keep_itself_alive() -> None:
    of_keys = set(ACCESS.scopes_of(frozenset({"admin", "user", "system"})))
    assert of_keys.isdisjoint({"account:write", "keys:write", "users:write", "tickets:write", "system"})
    assert OF_THE_PROGRAM not in ACCESS.permissions_of(frozenset({"admin"}))
    assert set(ACCESS.permissions_of(frozenset({"viewer"}))) < set(ACCESS.permissions_of(frozenset({"user"})))


def check(message: Message[Any], caller: Caller) -> None:
    """Check as the bus does."""
    ACCESS.check(message.permission, caller, getattr(message, "execution_id", None))
