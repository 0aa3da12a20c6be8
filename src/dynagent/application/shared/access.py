"""What roles and keys may do. Each message names the permission it needs; the bus checks it, whatever the way in.

Nouns say which roles hold their permissions (`Noun.grants`). Which *objects* a caller may see is decided by the
repositories, in SQL.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from dynagent.application.shared.caller import Caller
from dynagent.core.identity import NotSignedIn, PermissionDenied

ANYBODY = "anybody"
"""The permission of messages that need no sign-in."""

EVERY_ROLE = frozenset({"admin", "user", "viewer"})
MAKERS = frozenset({"admin", "user"})
ADMINS = frozenset({"admin"})


@dataclass(frozen=True, slots=True)
class Grant:
    """The roles that hold a permission. What would let a stolen access key make more keys, or keep itself alive, is
    not `for_keys`: no key can be given it.
    """

    roles: frozenset[str]
    for_keys: bool = True


SYSTEM = "system"
_OF_THE_PROGRAM = Grant(frozenset({"system", "admin"}), for_keys=False)
"""Workers and timers. The local administrator counts as the program itself."""


@dataclass(frozen=True)
class Access:
    """Who may do what: permission → its grant, those of all nouns and the program's own."""

    of_nouns: Mapping[str, Grant]

    @cached_property
    def grants(self) -> Mapping[str, Grant]:
        """Permission → its grant."""
        return {**self.of_nouns, SYSTEM: _OF_THE_PROGRAM}

    @cached_property
    def reported(self) -> list[str]:
        """The permissions that clients are told of, sorted: all but the program's own."""
        return sorted(set(self.grants) - {SYSTEM})

    def check(self, needed: str, caller: Caller, execution_id: str | None = None) -> None:
        """Refuse a message that needs this permission; `execution_id` is the execution it is about, if any.

        Raises NotSignedIn, PermissionDenied.
        """
        if needed == ANYBODY:
            return
        if caller.is_anonymous:
            raise NotSignedIn("sign in first, or send an access key: Authorization: Bearer <token>")
        if not caller.roles & self.grants[needed].roles:
            raise PermissionDenied(f"the role {_roles(caller)} does not allow this ({needed})")
        if caller.scopes is not None and needed not in caller.scopes:
            raise PermissionDenied(f"this access key was not given the scope {needed}")
        if caller.execution_id is not None and execution_id != caller.execution_id:
            raise PermissionDenied("this ticket was given out for another execution")

    def may(self, permission: str, caller: Caller) -> bool:
        """Say whether a caller has a permission, by role and by the scopes of a key; a ticket has none."""
        granted = bool(caller.roles & self.grants[permission].roles) and caller.execution_id is None
        return granted and (caller.scopes is None or permission in caller.scopes)

    def scopes_of(self, roles: frozenset[str]) -> list[str]:
        """Return what a caller with these roles may give to an access key, sorted: what the roles have, at most."""
        return sorted(name for name, grant in self.grants.items() if grant.for_keys and roles & grant.roles)

    def permissions_of(self, roles: frozenset[str]) -> list[str]:
        """Return the permissions that a caller with these roles has, sorted, as clients show or hide things by them."""
        return [name for name in self.reported if roles & self.grants[name].roles]


def _roles(caller: Caller) -> str:
    return ", ".join(sorted(caller.roles)) or "of this caller"
