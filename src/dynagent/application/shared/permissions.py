"""Who may send which message: one table, enforced on the bus, so that every way in has the same rules.

Which *objects* a caller may see is decided by the repositories, in SQL.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from dynagent.application.shared.bus import Bus, Message
from dynagent.application.shared.caller import Caller
from dynagent.core.identity import NotSignedIn, PermissionDenied

S = TypeVar("S")
R = TypeVar("R")

ANYBODY = "anybody"
"""The permission of messages that need no sign-in."""

_ALL = frozenset({"admin", "user", "viewer"})
_MAKERS = frozenset({"admin", "user"})
_ADMINS = frozenset({"admin"})

GRANTS: Mapping[str, frozenset[str]] = {
    "agents:read": _ALL,
    "agents:write": _MAKERS,
    "tools:read": _ALL,
    "tools:write": _MAKERS,
    "tools:run": _MAKERS,
    "executions:read": _ALL,
    "executions:run": _MAKERS,
    "tickets:write": _ALL,
    "models:read": _ALL,
    "models:write": _MAKERS,
    "keys:read": _MAKERS,
    "keys:write": _MAKERS,
    "account:read": _ALL,
    "account:write": _ALL,
    "users:read": _ADMINS,
    "users:write": _ADMINS,
    "audit:read": _ADMINS,
    # Metrics and the details of the health report: they name models, tools and places on the disk.
    "metrics:read": _ADMINS,
    # Workers and timers. The local administrator counts as the program itself.
    "system": frozenset({"system", "admin"}),
}
"""Permission → the roles that have it."""

REPORTED = sorted(set(GRANTS) - {"system"})
"""The permissions that clients are told of: all but the program's own."""

SCOPES = frozenset(GRANTS) - {"account:write", "keys:write", "users:write", "tickets:write", "system"}
"""What an access key may be given: never what would let a stolen key make more keys, or keep itself alive."""

MESSAGES: Mapping[str, str] = {
    # agents
    "GetAgent": "agents:read",
    "ListAgents": "agents:read",
    "ListAgentVersions": "agents:read",
    "GetAgentVersion": "agents:read",
    "NameModels": "agents:read",
    "CreateAgent": "agents:write",
    "UpdateAgent": "agents:write",
    "CloneAgent": "agents:write",
    "RestoreAgentVersion": "agents:write",
    "DeleteAgent": "agents:write",
    "SetAgentStatus": "agents:write",
    # tools
    "ListTools": "tools:read",
    "GetTool": "tools:read",
    "RegisterTool": "tools:write",
    "ImportTools": "tools:write",
    "UpdateTool": "tools:write",
    "RemoveTool": "tools:write",
    "ListToolVersions": "tools:read",
    "GetToolVersion": "tools:read",
    "RestoreToolVersion": "tools:write",
    "SetToolStatus": "tools:write",
    "ExecuteTool": "tools:run",
    # executions
    "GetExecution": "executions:read",
    "ListExecutions": "executions:read",
    "ReadTrace": "executions:read",
    "FollowTrace": "executions:read",
    "WaitForExecution": "executions:read",
    "StartExecution": "executions:run",
    "CancelExecution": "executions:run",
    "AnswerInterrupts": "executions:run",
    "RepeatExecution": "executions:run",
    "ListInterrupts": "executions:read",
    "ListOpenQuestions": "executions:read",
    "ListCheckpoints": "executions:read",
    "ListChats": "executions:read",
    "ReadChat": "executions:read",
    "DescribeChat": "executions:run",
    "ForgetChat": "executions:run",
    "CreateSchedule": "executions:run",
    "ChangeSchedule": "executions:run",
    "RemoveSchedule": "executions:run",
    "GetSchedule": "executions:read",
    "ListSchedules": "executions:read",
    "PreviewTimes": "executions:read",
    "RunExecution": "system",
    # identity
    "Authenticate": ANYBODY,
    "GetSignInOptions": ANYBODY,
    "Register": ANYBODY,
    "LogIn": ANYBODY,
    "RefreshSession": ANYBODY,
    "LogOut": ANYBODY,
    "CompleteSetup": ANYBODY,
    "UsePasswordLink": ANYBODY,
    "PrepareSetup": "system",
    "LogOutEverywhere": "account:write",
    "EndSession": "account:write",
    "ChangePassword": "account:write",
    "GetProfile": "account:read",
    "UpdateProfile": "account:write",
    "ListSessions": "account:read",
    "ListAccessKeys": "account:read",
    "CreateAccessKey": "account:write",
    "RevokeAccessKey": "account:write",
    "IssueStreamTicket": "tickets:write",
    "ListUsers": "users:read",
    "GetUser": "users:read",
    "CreateUser": "users:write",
    "IssuePasswordLink": "users:write",
    "SetUserRole": "users:write",
    "SetUserDisabled": "users:write",
    "ListAuditEntries": "audit:read",
    "ReportIncident": "system",
    "WriteAuditLine": "system",
    # language models
    "ListProviders": "models:read",
    "ListProviderModels": "models:read",
    "GetProviderCapabilities": "models:read",
    "ChooseModel": "models:read",
    "CheckFit": "models:read",
    "GetModelUsage": "models:read",
    "GetEverybodysUsage": "users:read",
    "ListModels": "models:read",
    "GetModel": "models:read",
    "CreateModel": "models:write",
    "UpdateModel": "models:write",
    "DeleteModel": "models:write",
    "ListProviderKeys": "keys:read",
    "AddProviderKey": "keys:write",
    "RemoveProviderKey": "keys:write",
    "TestProviderKey": "keys:write",
}
"""Name of a message's class → the permission it needs. A message that is not here is refused."""


class PermittingBus(Bus[S]):
    """A bus that sends nothing its caller may not send."""

    async def send(self, message: Message[R], caller: Caller) -> R:
        """Handle a message. Raises NotSignedIn, PermissionDenied, and what the handler raises."""
        check_permitted(message, caller)
        return await super().send(message, caller)


def check_permitted(message: Message[Any], caller: Caller) -> None:
    """Refuse with NotSignedIn or PermissionDenied what the table does not allow this caller."""
    name = type(message).__name__
    needed = MESSAGES.get(name)
    if needed == ANYBODY:
        return
    if caller.is_anonymous:
        raise NotSignedIn("sign in first, or send an access key: Authorization: Bearer <token>")
    if needed is None or not caller.roles & GRANTS[needed]:
        raise PermissionDenied(f"the role {_roles(caller)} does not allow this ({needed or name})")
    if caller.scopes is not None and needed not in caller.scopes:
        raise PermissionDenied(f"this access key was not given the scope {needed}")
    if caller.execution_id is not None and getattr(message, "execution_id", None) != caller.execution_id:
        raise PermissionDenied("this ticket was given out for another execution")


def may(permission: str, caller: Caller) -> bool:
    """Say whether a caller has a permission, by role and by the scopes of a key; a ticket has none."""
    granted = bool(caller.roles & GRANTS[permission]) and caller.execution_id is None
    return granted and (caller.scopes is None or permission in caller.scopes)


def scopes_of(roles: frozenset[str]) -> list[str]:
    """Return what a caller with these roles may give to an access key, sorted: nothing that the roles do not have."""
    return sorted(scope for scope in SCOPES if roles & GRANTS[scope])


def permissions_of(roles: frozenset[str]) -> list[str]:
    """Return the permissions that a caller with these roles has, sorted, as clients show or hide things by them."""
    return [name for name in REPORTED if roles & GRANTS[name]]


def _roles(caller: Caller) -> str:
    return ", ".join(sorted(caller.roles)) or "of this caller"
