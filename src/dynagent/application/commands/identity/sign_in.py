"""Registering, signing in, and renewing a session."""

from dataclasses import dataclass, field

from dynagent.application.commands.identity.desk import Device, IdentityDesk, SignedIn
from dynagent.application.shared.bus import Returns
from dynagent.application.shared.caller import Caller
from dynagent.core.identity import (
    BadToken,
    RefreshToken,
    RefreshTokenReused,
    RegistrationClosed,
    User,
    UserRegistered,
    WrongCredentials,
    check_password,
    fingerprint,
    normal_email,
    normal_username,
)


@dataclass(frozen=True, kw_only=True)
class Register(Returns[SignedIn]):
    """Make an account and sign in. Raises RegistrationClosed, BadPassword, UsernameTaken, TooManyAttempts."""

    username: str
    email: str
    password: str = field(repr=False)
    first_name: str = ""
    last_name: str = ""
    device: Device = field(default_factory=Device)


@dataclass(frozen=True, kw_only=True)
class LogIn(Returns[SignedIn]):
    """Sign in with name or address. Raises WrongCredentials whatever was wrong, TooManyAttempts."""

    login: str
    password: str = field(repr=False)
    device: Device = field(default_factory=Device)


@dataclass(frozen=True, kw_only=True)
class RefreshSession(Returns[SignedIn]):
    """Exchange a refresh token for the next one. Raises BadToken; RefreshTokenReused ends the whole session."""

    refresh_token: str = field(repr=False)
    device: Device = field(default_factory=Device)


class RegisterHandler:
    """Handles Register."""

    def __init__(self, desk: IdentityDesk) -> None:
        self._desk = desk

    async def __call__(self, message: Register, caller: Caller) -> SignedIn:
        """Return the new user's session."""
        desk = self._desk
        if not desk.rules.registration_open:
            raise RegistrationClosed("new accounts are made by an administrator here")
        await desk.throttle.admit_anonymous("register", message.device.address)
        check_password(message.password, username=message.username, email=message.email)
        hashed = await desk.passwords.hash(message.password)
        now = desk.clock()
        user = await desk.users.create(
            User(
                id=desk.new_id(),
                username=normal_username(message.username),
                email=normal_email(message.email),
                first_name=message.first_name,
                last_name=message.last_name,
                has_password=True,
                created_at=now,
                updated_at=now,
            )
        )
        await desk.users.set_password(user.id, hashed, now)
        signed_in, _ = await desk.open_session(user, message.device, now=now)
        await desk.note("user.registered", target=("user", user.id), address=message.device.address)
        desk.uow.record(UserRegistered(occurred_at=now, user_id=user.id))
        await desk.uow.commit()
        return signed_in


class LogInHandler:
    """Handles LogIn."""

    def __init__(self, desk: IdentityDesk) -> None:
        self._desk = desk

    async def __call__(self, message: LogIn, caller: Caller) -> SignedIn:
        """Return the session. Unknown, disabled and passwordless accounts take as long and answer the same."""
        desk, address = self._desk, message.device.address
        await desk.throttle.admit_login(message.login, address)
        found = await desk.users.by_login(message.login)
        user, stored = found or (None, None)
        # The connection goes back to the pool: hashing takes a while, and anonymous callers choose how often.
        await desk.uow.commit()
        verified = await desk.passwords.verify(message.password, stored)
        if user is None or not verified.right or user.disabled:
            await self._refuse(user, address)
            raise WrongCredentials("name and password do not go together")
        now = desk.clock()
        if verified.better_hash is not None:
            await desk.users.set_password(user.id, verified.better_hash, now)
        signed_in, token = await desk.open_session(user, message.device, now=now)
        await desk.note("session.opened", target=("user", user.id), address=address, session_id=token.family_id)
        await desk.uow.commit()
        await desk.throttle.forgive_login(message.login, address)
        return signed_in

    async def _refuse(self, user: User | None, address: str) -> None:
        # Of a name that nobody has nothing is written down: it may be a password that slipped into the wrong field.
        target = ("user", user.id) if user else ("", "")
        await self._desk.note("session.refused", target=target, address=address, outcome="refused")
        await self._desk.uow.commit()


class RefreshSessionHandler:
    """Handles RefreshSession."""

    def __init__(self, desk: IdentityDesk) -> None:
        self._desk = desk

    async def __call__(self, message: RefreshSession, caller: Caller) -> SignedIn:
        """Return the session with its next tokens; the one that was given can be used no more."""
        desk = self._desk
        now = desk.clock()
        token = await desk.tokens.take(fingerprint(message.refresh_token))
        if token is None:
            raise BadToken("the session has ended; sign in again")
        if token.used_at is not None:
            await self._check_reuse(token, message.device)
        token.check_live(now)
        user = await desk.users.get_by_id(token.user_id)
        if user is None or user.disabled:
            raise BadToken("the session has ended; sign in again")
        signed_in, following = await desk.open_session(user, message.device, after=token, now=now)
        await desk.tokens.save(token.used(now, replaced_by=following.id))
        await desk.uow.commit()
        return signed_in

    async def _check_reuse(self, token: RefreshToken, device: Device) -> None:
        """Take back the token that followed when its answer was lost a moment ago; otherwise it is a theft."""
        desk = self._desk
        now = desk.clock()
        following = await desk.tokens.get(token.replaced_by) if token.replaced_by else None
        if token.within_grace(now) and following and following.used_at is None and following.revoked_at is None:
            await desk.tokens.save(following.revoked(now))
            return
        if await desk.tokens.revoke_family(token.family_id, token.user_id, now):
            await desk.note(
                "session.token_reused",
                target=("user", token.user_id),
                outcome="incident",
                address=device.address,
                session_id=token.family_id,
            )
        await desk.uow.commit()
        raise RefreshTokenReused("this session was continued elsewhere; all of it is ended, sign in again")
