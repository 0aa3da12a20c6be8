"""What identity needs: where people, sessions, keys and the audit log are kept; hashing, tokens, throttling."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dynagent.core.identity.audit import AuditEntry, AuditFilter
from dynagent.core.identity.errors import UserNotFound
from dynagent.core.identity.people import RoleName, User
from dynagent.core.identity.secrets import (
    AccessClaims,
    AccessKey,
    RefreshToken,
    Session,
    SetupLink,
    StreamTicket,
)
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.shared.repository import BaseRepository


class Users(BaseRepository[User]):
    """All people. Not bound to an owner: only messages for signing in and for administrators use it freely."""

    noun = "user"
    not_found = UserNotFound

    async def by_login(self, login: str) -> tuple[User, str | None] | None:
        """Return the user whose name or address this is, with the password's hash (None: cannot sign in)."""
        raise NotImplementedError

    async def password_hash(self, user_id: str) -> str | None:
        """Return the hash of a user's password."""
        raise NotImplementedError

    async def set_password(self, user_id: str, password_hash: str, now: datetime) -> None:
        """Store the hash of a new password."""
        raise NotImplementedError

    async def find(self, search: str | None, page: PageRequest) -> Page[User]:
        """Return a page of people, newest first; `search` in name and address."""
        raise NotImplementedError

    async def has_admin(self) -> bool:
        """Say whether an administrator could sign in; locks nothing."""
        raise NotImplementedError

    async def count_admins(self, *, except_id: str | None = None) -> int:
        """Return how many administrators could sign in; locks them against changes until the commit."""
        raise NotImplementedError


class RefreshTokens(Protocol):
    """Families of refresh tokens."""

    async def add(self, token: RefreshToken) -> None:
        """Store a new token."""
        ...

    async def take(self, token_hash: str) -> RefreshToken | None:
        """Return the token of this hash, locked until the commit."""
        ...

    async def get(self, token_id: str) -> RefreshToken | None:
        """Return a token by its id, locked until the commit."""
        ...

    async def save(self, token: RefreshToken) -> None:
        """Store its new state."""
        ...

    async def revoke_family(self, family_id: str, user_id: str, now: datetime) -> int:
        """End a session of this user; return how many tokens that voided."""
        ...

    async def revoke_user(self, user_id: str, now: datetime, *, except_family: str | None = None) -> int:
        """End all sessions of a user."""
        ...

    async def sessions(self, user_id: str, now: datetime) -> list[Session]:
        """Return the user's live sessions."""
        ...


class AccessKeys(Protocol):
    """The caller's own access keys."""

    async def add(self, key: AccessKey) -> None:
        """Store a new key."""
        ...

    async def list_own(self) -> list[AccessKey]:
        """Return the keys that are not revoked, newest first."""
        ...

    async def revoke(self, key_id: str, now: datetime) -> bool:
        """Void a key; return whether there was one."""
        ...


class StreamTickets(Protocol):
    """Tickets of streams."""

    async def add(self, ticket: StreamTicket) -> None:
        """Store a ticket, and drop those that have expired."""
        ...


class SetupLinks(Protocol):
    """Setup links."""

    async def add(self, link: SetupLink) -> None:
        """Store a link."""
        ...

    async def take(self, token_hash: str) -> SetupLink | None:
        """Return the link of this hash, locked until the commit."""
        ...

    async def use_all(self, user_id: str | None, now: datetime) -> None:
        """Void every link for this user; None: every link of the first setup."""
        ...


class AuditLog(Protocol):
    """The audit log; append-only."""

    async def add(self, entry: AuditEntry) -> None:
        """Write a line, in the transaction of what it tells."""
        ...

    async def find(self, wanted: AuditFilter, page: PageRequest) -> Page[AuditEntry]:
        """Return a page of lines, newest first."""
        ...

    async def count_incidents(self, target_kind: str, target_id: str, since: datetime) -> int:
        """Return how many incidents were written down about something since then."""
        ...


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a credential stands for, as of now."""

    user_id: str
    role: RoleName
    session_id: str | None = None
    scopes: frozenset[str] | None = None
    execution_id: str | None = None


class Principals(Protocol):
    """Looks credentials up outside of any transaction; what is expired, revoked or disabled is not there."""

    async def of_session(self, claims: AccessClaims, now: datetime) -> Principal | None:
        """Return whom an access token stands for, None when its session, or its user, is no more."""
        ...

    async def of_access_key(self, key_hash: str, now: datetime) -> Principal | None:
        """Return whom an access key stands for, and note that it was used (once a minute)."""
        ...

    async def of_ticket(self, token_hash: str, now: datetime) -> Principal | None:
        """Return whom a stream ticket stands for."""
        ...


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether a password is right; `better_hash` replaces a hash made with weaker settings than today's."""

    right: bool
    better_hash: str | None = None


class Passwords(Protocol):
    """Slow hashing, off the event loop, a few at a time."""

    async def hash(self, password: str) -> str:
        """Return a hash to store. Raises TooManyAttempts when too many wait."""
        ...

    async def verify(self, password: str, password_hash: str | None) -> Verified:
        """Compare; without a hash it takes as long and is wrong. Raises TooManyAttempts when too many wait."""
        ...


class AccessTokens(Protocol):
    """Signed tokens of a quarter of an hour."""

    def issue(self, user_id: str, session_id: str, now: datetime) -> tuple[str, datetime]:
        """Return a token and when it expires."""
        ...

    def read(self, token: str, now: datetime) -> AccessClaims:
        """Return what a token says. Raises BadToken."""
        ...


class Throttle(Protocol):
    """Counts what may only be tried so often."""

    async def admit_login(self, account: str, address: str) -> None:
        """Count an attempt to sign in. Raises TooManyAttempts, the same for unknown accounts."""
        ...

    async def admit_anonymous(self, purpose: str, address: str) -> None:
        """Count an attempt of an address to `register`, `set up` or use a link. Raises TooManyAttempts."""
        ...

    async def forgive_login(self, account: str, address: str) -> None:
        """Forget the attempts of this account from this address: it was the right password."""
        ...

    async def admit(self, subject: str, per_minute: int) -> None:
        """Count a request of a subject (`user:<id>`, `address:<ip>`). Raises TooManyRequests."""
        ...


def role_of(names: Sequence[str]) -> RoleName:
    """Return the strongest of the roles that the tables give a user."""
    if "admin" in names:
        return "admin"
    return "user" if "user" in names else "viewer"
