"""Identity, composed: keys, tokens, throttle, the front door, and who handles its messages."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from dynagent.application.commands import identity as commands
from dynagent.application.commands.identity import IdentityDesk, Rules
from dynagent.application.queries import identity as queries
from dynagent.application.shared.bus import Bus
from dynagent.core.identity import AccessTokens, Passwords, Principals, Throttle
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.infrastructure.postgres.identity_sessions import PostgresPrincipals
from dynagent.infrastructure.postgres.pool import Pool
from dynagent.infrastructure.security.keyring import KeyRing, load_keyring
from dynagent.infrastructure.security.passwords import Argon2Passwords
from dynagent.infrastructure.security.secret_box import SecretBox
from dynagent.infrastructure.security.settings import AuthSettings
from dynagent.infrastructure.security.throttle import RateThrottle, redis_throttle
from dynagent.infrastructure.security.tokens import JwtAccessTokens, new_secret
from dynagent.main.handlers import Scope
from dynagent.main.settings import Settings
from dynagent.presentation.api.shared.auth import FrontDoor


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What the process needs to know people: made once, shared by all messages."""

    settings: AuthSettings
    keys: KeyRing
    box: SecretBox
    passwords: Passwords
    access: AccessTokens
    throttle: Throttle
    principals: Principals
    clock: Clock = utc_now

    @property
    def rules(self) -> Rules:
        """How long things live."""
        return Rules(
            refresh_lifetime=self.settings.refresh_lifetime,
            ticket_lifetime=self.settings.ticket_lifetime,
            setup_lifetime=self.settings.setup_lifetime,
            registration_open=self.settings.registration == "open",
            sign_in_required=self.settings.auth_mode == "required",
        )

    @property
    def door(self) -> FrontDoor:
        """How requests are let in."""
        return FrontDoor(
            sign_in_required=self.settings.auth_mode == "required",
            secure_cookies=self.settings.cookie_secure,
            user_rate=self.settings.rate_limit_per_minute,
            address_rate=self.settings.address_limit_per_minute,
            rates=self.throttle,
            metrics_token=self.settings.metrics_token.get_secret_value() if self.settings.metrics_token else None,
        )


def make_identity(settings: AuthSettings, keys: KeyRing, *, pool: Pool, redis_url: str | None) -> Identity:
    """Return identity for a process."""
    return Identity(
        settings=settings,
        keys=keys,
        box=SecretBox(keys),
        passwords=Argon2Passwords(),
        access=JwtAccessTokens(keys, lifetime=settings.access_lifetime),
        throttle=redis_throttle(redis_url) if redis_url else RateThrottle(),
        principals=PostgresPrincipals(pool),
    )


def open_keys(settings: Settings) -> KeyRing:
    """Return the secret keys; asked before anything is started. Raises SecretKeyMissing where they are demanded."""
    local = settings.auth.auth_mode == "local"
    return load_keyring(settings.secrets, settings.database.data_dir, may_generate=local)


def open_identity(settings: Settings, keys: KeyRing, pool: Pool, stack: AsyncExitStack) -> Identity:
    """Return identity as the settings want it; the stack closes its connections to Redis."""
    identity = make_identity(settings.auth, keys, pool=pool, redis_url=settings.redis.url)
    if isinstance(identity.throttle, RateThrottle):
        stack.push_async_callback(identity.throttle.aclose)
    return identity


Desk = Callable[[Scope], IdentityDesk]


def register_identity(bus: Bus[Scope], identity: Identity) -> None:
    """Tell the bus who handles identity's messages."""

    def desk(scope: Scope) -> IdentityDesk:
        return IdentityDesk(
            users=scope.identity.users,
            tokens=scope.identity.refresh_tokens,
            audit=scope.identity.audit,
            uow=scope.uow,
            passwords=identity.passwords,
            access=identity.access,
            throttle=identity.throttle,
            new_secret=new_secret,
            rules=identity.rules,
            clock=identity.clock,
        )

    authenticate = commands.AuthenticateHandler(identity.principals, identity.access, clock=identity.clock)
    bus.register_free(commands.Authenticate, authenticate)
    _register_sessions(bus, desk)
    _register_people(bus, desk)
    _register_keys(bus, desk)
    bus.register(commands.WriteAuditLine, lambda scope: commands.WriteAuditLineHandler(desk(scope)))
    bus.register(commands.ReportIncident, lambda scope: commands.ReportIncidentHandler(desk(scope), scope.executions))
    _register_queries(bus, identity)


def _register_sessions(bus: Bus[Scope], desk: Desk) -> None:
    bus.register(commands.Register, lambda scope: commands.RegisterHandler(desk(scope)))
    bus.register(commands.LogIn, lambda scope: commands.LogInHandler(desk(scope)))
    bus.register(commands.RefreshSession, lambda scope: commands.RefreshSessionHandler(desk(scope)))
    bus.register(commands.LogOut, lambda scope: commands.LogOutHandler(desk(scope)))
    bus.register(commands.LogOutEverywhere, lambda scope: commands.LogOutEverywhereHandler(desk(scope)))
    bus.register(commands.ChangePassword, lambda scope: commands.ChangePasswordHandler(desk(scope)))
    bus.register(
        commands.PrepareSetup, lambda scope: commands.PrepareSetupHandler(desk(scope), scope.identity.setup_links)
    )
    bus.register(commands.EndSession, lambda scope: commands.EndSessionHandler(desk(scope)))
    bus.register(
        commands.UsePasswordLink, lambda scope: commands.UsePasswordLinkHandler(desk(scope), scope.identity.setup_links)
    )
    bus.register(
        commands.CompleteSetup, lambda scope: commands.CompleteSetupHandler(desk(scope), scope.identity.setup_links)
    )


def _register_people(bus: Bus[Scope], desk: Desk) -> None:
    bus.register(commands.UpdateProfile, lambda scope: commands.UpdateProfileHandler(desk(scope)))
    bus.register(commands.CreateUser, lambda scope: commands.CreateUserHandler(desk(scope)))
    bus.register(
        commands.IssuePasswordLink,
        lambda scope: commands.IssuePasswordLinkHandler(desk(scope), scope.identity.setup_links),
    )
    bus.register(commands.SetUserRole, lambda scope: commands.SetUserRoleHandler(desk(scope)))
    bus.register(commands.SetUserDisabled, lambda scope: commands.SetUserDisabledHandler(desk(scope)))


def _register_keys(bus: Bus[Scope], desk: Desk) -> None:
    bus.register(
        commands.CreateAccessKey,
        lambda scope: commands.CreateAccessKeyHandler(desk(scope), scope.identity.access_keys),
    )
    bus.register(
        commands.RevokeAccessKey,
        lambda scope: commands.RevokeAccessKeyHandler(desk(scope), scope.identity.access_keys),
    )
    bus.register(
        commands.IssueStreamTicket,
        lambda scope: commands.IssueStreamTicketHandler(desk(scope), scope.identity.stream_tickets, scope.executions),
    )


def _register_queries(bus: Bus[Scope], identity: Identity) -> None:
    rules, clock = identity.rules, identity.clock
    bus.register(
        queries.GetSignInOptions,
        lambda scope: queries.GetSignInOptionsHandler(
            scope.identity.users,
            sign_in_required=rules.sign_in_required,
            registration_open=rules.registration_open,
        ),
    )
    bus.register(queries.GetProfile, lambda scope: queries.GetProfileHandler(scope.identity.users))
    bus.register(
        queries.ListSessions, lambda scope: queries.ListSessionsHandler(scope.identity.refresh_tokens, clock=clock)
    )
    bus.register(queries.ListAccessKeys, lambda scope: queries.ListAccessKeysHandler(scope.identity.access_keys))
    bus.register(queries.ListUsers, lambda scope: queries.ListUsersHandler(scope.identity.users))
    bus.register(queries.GetUser, lambda scope: queries.GetUserHandler(scope.identity.users))
    bus.register(queries.ListAuditEntries, lambda scope: queries.ListAuditEntriesHandler(scope.identity.audit))
