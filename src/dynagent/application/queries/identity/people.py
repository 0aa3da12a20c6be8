"""Questions about people and about the installation's ways in."""

from dataclasses import dataclass, field
from typing import ClassVar

from dynagent.application.shared.bus import Returns
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.permissions import permissions_of, scopes_of
from dynagent.core.identity import (
    AccessKey,
    AccessKeys,
    AuditEntry,
    AuditFilter,
    AuditLog,
    RefreshTokens,
    Session,
    User,
    UserNotFound,
    Users,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import Page, PageRequest


@dataclass(frozen=True, slots=True)
class SignInOptions:
    """How one gets in here; `setup_needed` while there is no administrator."""

    sign_in_required: bool
    registration_open: bool
    setup_needed: bool


@dataclass(frozen=True)
class GetSignInOptions(Returns[SignInOptions]):
    """How one gets in here."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The caller's account and what it may do, by this credential."""

    user: User
    permissions: list[str]
    session_id: str | None


@dataclass(frozen=True)
class GetProfile(Returns[Profile]):
    """The caller's own account. Raises UserNotFound."""


@dataclass(frozen=True, slots=True)
class OwnSessions:
    """The caller's sessions, and the id of the one that asks."""

    sessions: list[Session]
    current: str | None


@dataclass(frozen=True)
class ListSessions(Returns[OwnSessions]):
    """The caller's sessions, last used first."""


@dataclass(frozen=True, slots=True)
class OwnAccessKeys:
    """The caller's keys, and what a new one may be given."""

    keys: list[AccessKey]
    possible_scopes: list[str]


@dataclass(frozen=True)
class ListAccessKeys(Returns[OwnAccessKeys]):
    """The caller's keys, newest first."""


@dataclass(frozen=True)
class ListUsers(Returns[Page[User]]):
    """A page of people, newest first."""

    search: str | None = None
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True)
class GetUser(Returns[User]):
    """One user. Raises UserNotFound."""

    user_id: str


@dataclass(frozen=True)
class ListAuditEntries(Returns[Page[AuditEntry]]):
    """A page of the audit log, newest first."""

    may_lag: ClassVar[bool] = True

    wanted: AuditFilter = field(default_factory=AuditFilter)
    page: PageRequest = field(default_factory=PageRequest)


class GetSignInOptionsHandler:
    """Handles GetSignInOptions."""

    def __init__(self, users: Users, *, sign_in_required: bool, registration_open: bool) -> None:
        self._users = users
        self._sign_in_required = sign_in_required
        self._registration_open = registration_open

    async def __call__(self, message: GetSignInOptions, caller: Caller) -> SignInOptions:
        """Return how it is now."""
        setup_needed = self._sign_in_required and not await self._users.has_admin()
        return SignInOptions(self._sign_in_required, self._registration_open, setup_needed)


class GetProfileHandler:
    """Handles GetProfile."""

    def __init__(self, users: Users) -> None:
        self._users = users

    async def __call__(self, message: GetProfile, caller: Caller) -> Profile:
        """Return the caller's account."""
        user = await self._users.get_by_id(caller.user_id)
        if user is None:
            raise UserNotFound("there is no such user")
        granted = permissions_of(caller.roles)
        permissions = [name for name in granted if caller.scopes is None or name in caller.scopes]
        return Profile(user, permissions, caller.session_id)


class ListSessionsHandler:
    """Handles ListSessions."""

    def __init__(self, tokens: RefreshTokens, *, clock: Clock = utc_now) -> None:
        self._tokens = tokens
        self._clock = clock

    async def __call__(self, message: ListSessions, caller: Caller) -> OwnSessions:
        """Return the live ones."""
        return OwnSessions(await self._tokens.sessions(caller.user_id, self._clock()), caller.session_id)


class ListAccessKeysHandler:
    """Handles ListAccessKeys."""

    def __init__(self, keys: AccessKeys) -> None:
        self._keys = keys

    async def __call__(self, message: ListAccessKeys, caller: Caller) -> OwnAccessKeys:
        """Return the keys that are not revoked."""
        return OwnAccessKeys(await self._keys.list_own(), scopes_of(caller.roles))


class ListUsersHandler:
    """Handles ListUsers."""

    def __init__(self, users: Users) -> None:
        self._users = users

    async def __call__(self, message: ListUsers, caller: Caller) -> Page[User]:
        """Return the page."""
        return await self._users.find(message.search, message.page)


class GetUserHandler:
    """Handles GetUser."""

    def __init__(self, users: Users) -> None:
        self._users = users

    async def __call__(self, message: GetUser, caller: Caller) -> User:
        """Return the user."""
        user = await self._users.get_by_id(message.user_id) if is_id(message.user_id) else None
        if user is None:
            raise UserNotFound(f"there is no user {message.user_id!r}")
        return user


class ListAuditEntriesHandler:
    """Handles ListAuditEntries."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    async def __call__(self, message: ListAuditEntries, caller: Caller) -> Page[AuditEntry]:
        """Return the page; an actor that is no id matches nothing."""
        wanted, page = message.wanted, message.page
        if wanted.actor_id is not None and not is_id(wanted.actor_id):
            return Page(items=(), total=0, skip=page.skip, limit=page.limit)
        return await self._audit.find(wanted, page)
