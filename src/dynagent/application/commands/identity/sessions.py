"""What the handlers of identity share: the rules of sessions, how one is opened, lines of the audit log."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dynagent.application.shared.caller import Caller
from dynagent.core.identity import (
    REFRESH_PREFIX,
    AccessTokens,
    AuditEntry,
    AuditLog,
    AuditOutcome,
    NewSecret,
    Passwords,
    RefreshToken,
    RefreshTokens,
    Throttle,
    User,
    Users,
    csrf_token,
    fingerprint,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.ids import NewId, new_id


@dataclass(frozen=True, slots=True)
class Rules:
    """How long things live, and whether anyone may register."""

    refresh_lifetime: timedelta = timedelta(days=7)
    ticket_lifetime: timedelta = timedelta(seconds=60)
    setup_lifetime: timedelta = timedelta(hours=24)
    registration_open: bool = False
    sign_in_required: bool = False


@dataclass(frozen=True, slots=True)
class Device:
    """Where somebody signs in from."""

    address: str = ""
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An open session: the user, the access token, and the cookie's contents. `repr` shows no secret."""

    user: User
    access_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_token: str = field(repr=False)
    refresh_lifetime: timedelta

    @property
    def csrf_token(self) -> str:
        """What pages repeat in the header `X-CSRF-Token`."""
        return csrf_token(self.refresh_token)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpener:
    """Opens sessions and goes on with them."""

    tokens: RefreshTokens
    access: AccessTokens
    throttle: Throttle
    new_secret: NewSecret
    rules: Rules
    new_id: NewId = new_id

    async def open(
        self, user: User, device: Device, *, after: RefreshToken | None = None, now: datetime
    ) -> tuple[SignedIn, RefreshToken]:
        """Store the next refresh token, of a new family unless it follows one, and sign an access token."""
        secret = self.new_secret(REFRESH_PREFIX)
        token_id = self.new_id()
        token = RefreshToken(
            id=token_id,
            family_id=after.family_id if after else token_id,
            user_id=user.id,
            token_hash=fingerprint(secret),
            issued_at=now,
            expires_at=now + self.rules.refresh_lifetime,
            address=device.address[:64],
            user_agent=device.user_agent[:200],
        )
        await self.tokens.add(token)
        if after is None:
            await self.throttle.forgive_login(user.username, device.address)
        access_token, expires_at = self.access.issue(user.id, token.family_id, now)
        return SignedIn(user, access_token, expires_at, secret, self.rules.refresh_lifetime), token


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChange:
    """Gives somebody another password: every session before it is over, and a new one begins."""

    users: Users
    tokens: RefreshTokens
    passwords: Passwords
    sessions: SessionOpener
    clock: Clock = utc_now

    async def make(self, user: User, password: str, device: Device) -> SignedIn:
        """Store its hash, in this transaction, and return the session."""
        hashed = await self.passwords.hash(password)
        now = self.clock()
        await self.tokens.revoke_user(user.id, now)
        user = await self.users.update(user.changed(now, sessions_valid_from=now))
        await self.users.set_password(user.id, hashed, now)
        return (await self.sessions.open(user, device, now=now))[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTrail:
    """Writes what a handler of identity does into the audit log."""

    audit: AuditLog
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def note(
        self,
        action: str,
        *,
        caller: Caller | None = None,
        target: tuple[str, str] = ("", ""),
        outcome: AuditOutcome = "done",
        address: str = "",
        **details: Any,
    ) -> None:
        """Write a line of the audit log, in this transaction. `target` is (kind, id)."""
        await self.audit.add(
            AuditEntry(
                id=self.new_id(),
                at=self.clock(),
                action=action,
                outcome=outcome,
                actor_id=None if caller is None or caller.is_anonymous else caller.user_id,
                target_kind=target[0],
                target_id=target[1],
                address=(address or (caller.address if caller else ""))[:64],
                details=details,
            )
        )
