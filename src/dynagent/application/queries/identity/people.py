"""Questions about people and about the installation's ways in."""

from dataclasses import KW_ONLY, dataclass, field

from dynagent.application.shared.access import ANYBODY, Access
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
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
class WaysIn:
    """The installation's settings for strangers."""

    sign_in_required: bool
    registration_open: bool


@dataclass(frozen=True, slots=True)
class SignInOptions:
    """How one gets in here; `setup_needed` while there is no administrator."""

    sign_in_required: bool
    registration_open: bool
    setup_needed: bool


@dataclass(frozen=True)
class GetSignInOptions(Query[SignInOptions], needs=ANYBODY):
    """How one gets in here."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The caller's account and what it may do, by this credential."""

    user: User
    permissions: list[str]
    session_id: str | None


@dataclass(frozen=True)
class GetProfile(Query[Profile], needs="account:read", raises=(UserNotFound,)):
    """The caller's own account. Raises UserNotFound."""


@dataclass(frozen=True, slots=True)
class OwnSessions:
    """The caller's sessions, and the id of the one that asks."""

    sessions: list[Session]
    current: str | None


@dataclass(frozen=True)
class ListSessions(Query[OwnSessions], needs="account:read"):
    """The caller's sessions, last used first."""


@dataclass(frozen=True, slots=True)
class OwnAccessKeys:
    """The caller's keys, and what a new one may be given."""

    keys: list[AccessKey]
    possible_scopes: list[str]


@dataclass(frozen=True)
class ListAccessKeys(Query[OwnAccessKeys], needs="account:read"):
    """The caller's keys, newest first."""


@dataclass(frozen=True)
class ListUsers(Query[Page[User]], needs="users:read"):
    """A page of people, newest first."""

    search: str | None = None
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True)
class GetUser(Query[User], needs="users:read", raises=(UserNotFound,)):
    """One user. Raises UserNotFound."""

    user_id: str


@dataclass(frozen=True)
class ListAuditEntries(Query[Page[AuditEntry]], needs="audit:read", may_lag=True):
    """A page of the audit log, newest first."""

    wanted: AuditFilter = field(default_factory=AuditFilter)
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True)
class GetSignInOptionsHandler:
    """Handles GetSignInOptions."""

    users: Users
    ways: WaysIn

    async def __call__(self, message: GetSignInOptions, caller: Caller) -> SignInOptions:
        """Return how it is now."""
        setup_needed = self.ways.sign_in_required and not await self.users.has_admin()
        return SignInOptions(self.ways.sign_in_required, self.ways.registration_open, setup_needed)


@dataclass(frozen=True, slots=True)
class GetProfileHandler:
    """Handles GetProfile."""

    users: Users
    access: Access

    async def __call__(self, message: GetProfile, caller: Caller) -> Profile:
        """Return the caller's account."""
        user = await self.users.existing(caller.user_id)
        granted = self.access.permissions_of(caller.roles)
        permissions = [name for name in granted if caller.scopes is None or name in caller.scopes]
        return Profile(user, permissions, caller.session_id)


@dataclass(frozen=True, slots=True)
class ListSessionsHandler:
    """Handles ListSessions."""

    tokens: RefreshTokens
    _: KW_ONLY
    clock: Clock = utc_now

    async def __call__(self, message: ListSessions, caller: Caller) -> OwnSessions:
        """Return the live ones."""
        return OwnSessions(await self.tokens.sessions(caller.user_id, self.clock()), caller.session_id)


@dataclass(frozen=True, slots=True)
class ListAccessKeysHandler:
    """Handles ListAccessKeys."""

    keys: AccessKeys
    access: Access

    async def __call__(self, message: ListAccessKeys, caller: Caller) -> OwnAccessKeys:
        """Return the keys that are not revoked."""
        return OwnAccessKeys(await self.keys.list_own(), self.access.scopes_of(caller.roles))


@dataclass(frozen=True, slots=True)
class ListUsersHandler:
    """Handles ListUsers."""

    users: Users

    async def __call__(self, message: ListUsers, caller: Caller) -> Page[User]:
        """Return the page."""
        return await self.users.find(message.search, message.page)


@dataclass(frozen=True, slots=True)
class GetUserHandler:
    """Handles GetUser."""

    users: Users

    async def __call__(self, message: GetUser, caller: Caller) -> User:
        """Return the user."""
        return await self.users.existing(message.user_id)


@dataclass(frozen=True, slots=True)
class ListAuditEntriesHandler:
    """Handles ListAuditEntries."""

    audit: AuditLog

    async def __call__(self, message: ListAuditEntries, caller: Caller) -> Page[AuditEntry]:
        """Return the page; an actor that is no id matches nothing."""
        wanted, page = message.wanted, message.page
        if wanted.actor_id is not None and not is_id(wanted.actor_id):
            return Page(items=(), total=0, skip=page.skip, limit=page.limit)
        return await self.audit.find(wanted, page)
