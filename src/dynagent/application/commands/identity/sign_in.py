"""Registering, signing in, and renewing a session."""

from dataclasses import dataclass, field

from dynagent.application.commands.identity.sessions import AuditTrail, Device, Rules, SessionOpener, SignedIn
from dynagent.application.shared.access import ANYBODY
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.identity import (
    BadPassword,
    BadToken,
    Passwords,
    RefreshToken,
    RefreshTokenReused,
    RefreshTokens,
    RegistrationClosed,
    Throttle,
    TooManyAttempts,
    User,
    UsernameTaken,
    UserRegistered,
    Users,
    WrongCredentials,
    check_password,
    fingerprint,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Register(
    Command[SignedIn], needs=ANYBODY, raises=(RegistrationClosed, BadPassword, UsernameTaken, TooManyAttempts)
):
    """Make an account and sign in. Raises RegistrationClosed, BadPassword, UsernameTaken, TooManyAttempts."""

    username: str
    email: str
    password: str = field(repr=False)
    first_name: str = ""
    last_name: str = ""
    device: Device = field(default_factory=Device)


@dataclass(frozen=True, kw_only=True)
class LogIn(Command[SignedIn], needs=ANYBODY, raises=(WrongCredentials, TooManyAttempts), audit="session.opened"):
    """Sign in with name or address. Raises WrongCredentials whatever was wrong, TooManyAttempts."""

    login: str
    password: str = field(repr=False)
    device: Device = field(default_factory=Device)


@dataclass(frozen=True, kw_only=True)
class RefreshSession(
    Command[SignedIn],
    needs=ANYBODY,
    raises=(BadToken, RefreshTokenReused),
    unaudited="a session's beginning and end are told; its tokens follow each other every quarter of an hour",
):
    """Exchange a refresh token for the next one. Raises BadToken; RefreshTokenReused ends the whole session."""

    refresh_token: str = field(repr=False)
    device: Device = field(default_factory=Device)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterHandler:
    """Handles Register."""

    users: Users
    uow: UnitOfWork
    passwords: Passwords
    throttle: Throttle
    rules: Rules
    sessions: SessionOpener
    trail: AuditTrail
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def __call__(self, message: Register, caller: Caller) -> SignedIn:
        """Return the new user's session."""
        if not self.rules.registration_open:
            raise RegistrationClosed("new accounts are made by an administrator here")
        await self.throttle.admit_anonymous("register", message.device.address)
        check_password(message.password, username=message.username, email=message.email)
        hashed = await self.passwords.hash(message.password)
        now = self.clock()
        user = await self.users.create(
            User.create(
                id=self.new_id(),
                username=message.username,
                email=message.email,
                now=now,
                first_name=message.first_name,
                last_name=message.last_name,
                has_password=True,
            )
        )
        await self.users.set_password(user.id, hashed, now)
        signed_in, _ = await self.sessions.open(user, message.device, now=now)
        await self.trail.note("user.registered", target=("user", user.id), address=message.device.address)
        self.uow.record(UserRegistered(occurred_at=now, user_id=user.id))
        await self.uow.commit()
        return signed_in


@dataclass(frozen=True, slots=True, kw_only=True)
class LogInHandler:
    """Handles LogIn."""

    users: Users
    uow: UnitOfWork
    passwords: Passwords
    throttle: Throttle
    sessions: SessionOpener
    trail: AuditTrail
    clock: Clock = utc_now

    async def __call__(self, message: LogIn, caller: Caller) -> SignedIn:
        """Return the session. Unknown, disabled and passwordless accounts take as long and answer the same."""
        address = message.device.address
        await self.throttle.admit_login(message.login, address)
        found = await self.users.by_login(message.login)
        user, stored = found or (None, None)
        # The connection goes back to the pool: hashing takes a while, and anonymous callers choose how often.
        await self.uow.commit()
        verified = await self.passwords.verify(message.password, stored)
        if user is None or not verified.right or user.disabled:
            await self._refuse(user, address)
            raise WrongCredentials("name and password do not go together")
        now = self.clock()
        if verified.better_hash is not None:
            await self.users.set_password(user.id, verified.better_hash, now)
        signed_in, token = await self.sessions.open(user, message.device, now=now)
        await self.trail.note("session.opened", target=("user", user.id), address=address, session_id=token.family_id)
        await self.uow.commit()
        await self.throttle.forgive_login(message.login, address)
        return signed_in

    async def _refuse(self, user: User | None, address: str) -> None:
        # Of a name that nobody has nothing is written down: it may be a password that slipped into the wrong field.
        target = ("user", user.id) if user else ("", "")
        await self.trail.note("session.refused", target=target, address=address, outcome="refused")
        await self.uow.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshSessionHandler:
    """Handles RefreshSession."""

    users: Users
    tokens: RefreshTokens
    uow: UnitOfWork
    sessions: SessionOpener
    trail: AuditTrail
    clock: Clock = utc_now

    async def __call__(self, message: RefreshSession, caller: Caller) -> SignedIn:
        """Return the session with its next tokens; the one that was given can be used no more."""
        now = self.clock()
        token = await self.tokens.take(fingerprint(message.refresh_token))
        if token is None:
            raise BadToken("the session has ended; sign in again")
        if token.used_at is not None:
            await self._check_reuse(token, message.device)
        token.check_live(now)
        user = await self.users.get_by_id(token.user_id)
        if user is None or user.disabled:
            raise BadToken("the session has ended; sign in again")
        signed_in, following = await self.sessions.open(user, message.device, after=token, now=now)
        await self.tokens.save(token.used(now, replaced_by=following.id))
        await self.uow.commit()
        return signed_in

    async def _check_reuse(self, token: RefreshToken, device: Device) -> None:
        """Take back the token that followed when its answer was lost a moment ago; otherwise it is a theft."""
        now = self.clock()
        following = await self.tokens.get(token.replaced_by) if token.replaced_by else None
        if token.within_grace(now) and following and following.used_at is None and following.revoked_at is None:
            await self.tokens.save(following.revoked(now))
            return
        if await self.tokens.revoke_family(token.family_id, token.user_id, now):
            await self.trail.note(
                "session.token_reused",
                target=("user", token.user_id),
                outcome="incident",
                address=device.address,
                session_id=token.family_id,
            )
        await self.uow.commit()
        raise RefreshTokenReused("this session was continued elsewhere; all of it is ended, sign in again")
