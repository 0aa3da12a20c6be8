"""Signing out, here or everywhere, and changing the password."""

from dataclasses import dataclass, field

from dynagent.application.commands.identity.desk import Device, IdentityDesk, SignedIn
from dynagent.application.shared.bus import Returns
from dynagent.application.shared.caller import Caller
from dynagent.core.identity import SessionNotFound, UserNotFound, WrongCredentials, check_password, fingerprint
from dynagent.core.shared.ids import is_id


@dataclass(frozen=True)
class LogOut(Returns[None]):
    """End the session that a refresh token belongs to; an unknown one is ended already."""

    refresh_token: str = field(repr=False)


@dataclass(frozen=True)
class LogOutEverywhere(Returns[int]):
    """End all sessions of the caller, access tokens included. Returns how many tokens that voided."""


@dataclass(frozen=True)
class EndSession(Returns[None]):
    """End one of the caller's sessions, access token included. Raises SessionNotFound."""

    session_id: str


@dataclass(frozen=True, kw_only=True)
class ChangePassword(Returns[SignedIn]):
    """Take another password; all other sessions end. Raises WrongCredentials, BadPassword, TooManyAttempts."""

    current: str = field(repr=False)
    new: str = field(repr=False)
    device: Device = field(default_factory=Device)


class LogOutHandler:
    """Handles LogOut."""

    def __init__(self, desk: IdentityDesk) -> None:
        self._desk = desk

    async def __call__(self, message: LogOut, caller: Caller) -> None:
        """End the session."""
        desk = self._desk
        token = await desk.tokens.take(fingerprint(message.refresh_token))
        if token is not None and await desk.tokens.revoke_family(token.family_id, token.user_id, desk.clock()):
            await desk.note(
                "session.closed", target=("user", token.user_id), address=caller.address, session_id=token.family_id
            )
        await desk.uow.commit()


class EndSessionHandler:
    """Handles EndSession."""

    def __init__(self, desk: IdentityDesk) -> None:
        self._desk = desk

    async def __call__(self, message: EndSession, caller: Caller) -> None:
        """End it."""
        desk, id = self._desk, message.session_id
        if not is_id(id) or not await desk.tokens.revoke_family(id, caller.user_id, desk.clock()):
            raise SessionNotFound(f"you have no session {id!r}")
        await desk.note("session.closed", caller=caller, target=("user", caller.user_id), session_id=id)
        await desk.uow.commit()


class LogOutEverywhereHandler:
    """Handles LogOutEverywhere."""

    def __init__(self, desk: IdentityDesk) -> None:
        self._desk = desk

    async def __call__(self, message: LogOutEverywhere, caller: Caller) -> int:
        """End the sessions."""
        desk = self._desk
        user = await desk.users.get_by_id(caller.user_id)
        if user is None:
            raise UserNotFound("there is no such user")
        now = desk.clock()
        ended = await desk.tokens.revoke_user(user.id, now)
        await desk.users.update(user.changed(now, sessions_valid_from=now))
        await desk.note("session.all_closed", caller=caller, target=("user", user.id))
        await desk.uow.commit()
        return ended


class ChangePasswordHandler:
    """Handles ChangePassword."""

    def __init__(self, desk: IdentityDesk) -> None:
        self._desk = desk

    async def __call__(self, message: ChangePassword, caller: Caller) -> SignedIn:
        """Return a new session; every one before it is over."""
        desk = self._desk
        user = await desk.users.get_by_id(caller.user_id)
        if user is None:
            raise UserNotFound("there is no such user")
        await desk.throttle.admit_login(user.username, message.device.address)
        check_password(message.new, username=user.username, email=user.email)
        stored = await desk.users.password_hash(user.id)
        await desk.uow.commit()
        if not (await desk.passwords.verify(message.current, stored)).right:
            raise WrongCredentials("the current password is another one")
        hashed = await desk.passwords.hash(message.new)
        now = desk.clock()
        await desk.tokens.revoke_user(user.id, now)
        user = await desk.users.update(user.changed(now, sessions_valid_from=now))
        await desk.users.set_password(user.id, hashed, now)
        signed_in, _ = await desk.open_session(user, message.device, now=now)
        await desk.note("user.password_changed", caller=caller, target=("user", user.id))
        await desk.uow.commit()
        return signed_in
