"""Links that let one person set a password: for a new account, or when the old password is forgotten."""

from dataclasses import dataclass, field
from datetime import datetime

from dynagent.application.commands.identity.sessions import AuditTrail, Device, PasswordChange, Rules, SignedIn
from dynagent.application.shared.access import ANYBODY
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.identity import (
    PASSWORD_PREFIX,
    BadPassword,
    BadToken,
    NewSecret,
    SetupLink,
    SetupLinks,
    Throttle,
    TooManyAttempts,
    UserNotFound,
    Users,
    check_password,
    fingerprint,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NewPasswordLink:
    """A link's token as it is shown once."""

    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class IssuePasswordLink(Command[NewPasswordLink], needs="users:write", raises=(UserNotFound,)):
    """Make a link for somebody; earlier ones are void. The old password works until it is used. Raises UserNotFound."""

    user_id: str


@dataclass(frozen=True, kw_only=True)
class UsePasswordLink(Command[SignedIn], needs=ANYBODY, raises=(BadToken, BadPassword, TooManyAttempts)):
    """Set a password by a link; all sessions before end. Raises BadToken, BadPassword, TooManyAttempts."""

    token: str = field(repr=False)
    password: str = field(repr=False)
    device: Device = field(default_factory=Device)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuePasswordLinkHandler:
    """Handles IssuePasswordLink."""

    users: Users
    uow: UnitOfWork
    new_secret: NewSecret
    rules: Rules
    trail: AuditTrail
    links: SetupLinks
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def __call__(self, message: IssuePasswordLink, caller: Caller) -> NewPasswordLink:
        """Return the token; only its hash is stored."""
        now = self.clock()
        user = await self.users.existing(message.user_id)
        secret, expires_at = self.new_secret(PASSWORD_PREFIX), now + self.rules.setup_lifetime
        await self.links.use_all(user.id, now)
        link = SetupLink(
            id=self.new_id(), token_hash=fingerprint(secret), created_at=now, expires_at=expires_at, user_id=user.id
        )
        await self.links.add(link)
        await self.trail.note("user.password_link_made", caller=caller, target=("user", user.id))
        await self.uow.commit()
        return NewPasswordLink(secret, expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsePasswordLinkHandler:
    """Handles UsePasswordLink."""

    users: Users
    uow: UnitOfWork
    throttle: Throttle
    change: PasswordChange
    trail: AuditTrail
    links: SetupLinks
    clock: Clock = utc_now

    async def __call__(self, message: UsePasswordLink, caller: Caller) -> SignedIn:
        """Return the session. Links of accounts that are switched off open nothing."""
        address = message.device.address
        await self.throttle.admit_anonymous("password link", address)
        link = await self.links.take(fingerprint(message.token))
        if link is None or link.user_id is None:
            raise BadToken("this link is not one of this installation")
        now = self.clock()
        link.check_usable(now)
        user = await self.users.get_by_id(link.user_id)
        if user is None or user.disabled:
            raise BadToken("this link is not one of this installation")
        check_password(message.password, username=user.username, email=user.email)
        signed_in = await self.change.make(user, message.password, message.device)
        await self.links.use_all(user.id, now)
        await self.trail.note("user.password_link_used", target=("user", user.id), address=address)
        await self.uow.commit()
        return signed_in
