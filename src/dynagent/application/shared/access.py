"""What roles and keys may do. Each message names the permission it needs; the bus checks it, whatever the way in.

Which *objects* a caller may see is decided by the repositories, in SQL.
"""

from collections.abc import Mapping

from dynagent.application.shared.caller import Caller
from dynagent.core.identity import NotSignedIn, PermissionDenied

ANYBODY = "anybody"
"""The permission of messages that need no sign-in."""

_ALL = frozenset({"admin", "user", "viewer"})
_MAKERS = frozenset({"admin", "user"})
_ADMINS = frozenset({"admin"})

GRANTS: Mapping[str, frozenset[str]] = {
    "agents:read": _ALL,
    "agents:write": _MAKERS,
    "workflows:read": _ALL,
    "workflows:write": _MAKERS,
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


def check_permitted(needed: str, caller: Caller, execution_id: str | None = None) -> None:
    """Refuse a message that needs this permission; `execution_id` is the execution it is about, if any.

    Raises NotSignedIn, PermissionDenied.
    """
    if needed == ANYBODY:
        return
    if caller.is_anonymous:
        raise NotSignedIn("sign in first, or send an access key: Authorization: Bearer <token>")
    if not caller.roles & GRANTS[needed]:
        raise PermissionDenied(f"the role {_roles(caller)} does not allow this ({needed})")
    if caller.scopes is not None and needed not in caller.scopes:
        raise PermissionDenied(f"this access key was not given the scope {needed}")
    if caller.execution_id is not None and execution_id != caller.execution_id:
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
