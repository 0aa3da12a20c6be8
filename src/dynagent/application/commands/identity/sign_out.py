"""Signing out, here or everywhere, and changing the password."""

from dataclasses import dataclass, field

from dynagent.application.commands.identity.sessions import AuditTrail, Device, PasswordChange, SignedIn
from dynagent.application.shared.access import ANYBODY
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.identity import (
    BadPassword,
    Passwords,
    RefreshTokens,
    SessionNotFound,
    Throttle,
    TooManyAttempts,
    UserNotFound,
    Users,
    WrongCredentials,
    check_password,
    fingerprint,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class LogOut(Command[None], needs=ANYBODY, audit="session.closed"):
    """End the session that a refresh token belongs to; an unknown one is ended already."""

    refresh_token: str = field(repr=False)


@dataclass(frozen=True)
class LogOutEverywhere(Command[int], needs="account:write", raises=(UserNotFound,), audit="session.all_closed"):
    """End all sessions of the caller, access tokens included. Returns how many tokens that voided.

    Raises UserNotFound.
    """


@dataclass(frozen=True)
class EndSession(Command[None], needs="account:write", raises=(SessionNotFound,)):
    """End one of the caller's sessions, access token included. Raises SessionNotFound."""

    session_id: str


@dataclass(frozen=True, kw_only=True)
class ChangePassword(
    Command[SignedIn],
    needs="account:write",
    raises=(WrongCredentials, BadPassword, TooManyAttempts, UserNotFound),
):
    """Take another password; all other sessions end.

    Raises WrongCredentials, BadPassword, TooManyAttempts, UserNotFound.
    """

    current: str = field(repr=False)
    new: str = field(repr=False)
    device: Device = field(default_factory=Device)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOutHandler:
    """Handles LogOut."""

    tokens: RefreshTokens
    uow: UnitOfWork
    trail: AuditTrail
    clock: Clock = utc_now

    async def __call__(self, message: LogOut, caller: Caller) -> None:
        """End the session."""
        token = await self.tokens.take(fingerprint(message.refresh_token))
        if token is not None and await self.tokens.revoke_family(token.family_id, token.user_id, self.clock()):
            await self.trail.note(
                "session.closed", target=("user", token.user_id), address=caller.address, session_id=token.family_id
            )
        await self.uow.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSessionHandler:
    """Handles EndSession."""

    tokens: RefreshTokens
    uow: UnitOfWork
    trail: AuditTrail
    clock: Clock = utc_now

    async def __call__(self, message: EndSession, caller: Caller) -> None:
        """End it."""
        id = message.session_id
        if not is_id(id) or not await self.tokens.revoke_family(id, caller.user_id, self.clock()):
            raise SessionNotFound(f"you have no session {id!r}")
        await self.trail.note("session.closed", caller=caller, target=("user", caller.user_id), session_id=id)
        await self.uow.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOutEverywhereHandler:
    """Handles LogOutEverywhere."""

    users: Users
    tokens: RefreshTokens
    uow: UnitOfWork
    trail: AuditTrail
    clock: Clock = utc_now

    async def __call__(self, message: LogOutEverywhere, caller: Caller) -> int:
        """End the sessions."""
        user = await self.users.existing(caller.user_id)
        now = self.clock()
        ended = await self.tokens.revoke_user(user.id, now)
        await self.users.update(user.changed(now, sessions_valid_from=now))
        await self.trail.note("session.all_closed", caller=caller, target=("user", user.id))
        await self.uow.commit()
        return ended


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePasswordHandler:
    """Handles ChangePassword."""

    users: Users
    uow: UnitOfWork
    passwords: Passwords
    throttle: Throttle
    change: PasswordChange
    trail: AuditTrail

    async def __call__(self, message: ChangePassword, caller: Caller) -> SignedIn:
        """Return a new session; every one before it is over."""
        user = await self.users.existing(caller.user_id)
        await self.throttle.admit_login(user.username, message.device.address)
        check_password(message.new, username=user.username, email=user.email)
        stored = await self.users.password_hash(user.id)
        await self.uow.commit()
        if not (await self.passwords.verify(message.current, stored)).right:
            raise WrongCredentials("the current password is another one")
        signed_in = await self.change.make(user, message.new, message.device)
        await self.trail.note("user.password_changed", caller=caller, target=("user", user.id))
        await self.uow.commit()
        return signed_in
