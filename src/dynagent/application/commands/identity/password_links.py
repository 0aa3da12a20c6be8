"""Links that let one person set a password: for a new account, or when the old password is forgotten."""

from dataclasses import dataclass, field
from datetime import datetime

from dynagent.application.commands.identity.desk import Device, IdentityDesk, SignedIn
from dynagent.application.commands.identity.people import existing
from dynagent.application.shared.bus import Returns
from dynagent.application.shared.caller import Caller
from dynagent.core.identity import PASSWORD_PREFIX, BadToken, SetupLink, SetupLinks, check_password, fingerprint


@dataclass(frozen=True, slots=True)
class NewPasswordLink:
    """A link's token as it is shown once."""

    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class IssuePasswordLink(Returns[NewPasswordLink]):
    """Make a link for somebody; earlier ones are void. The old password works until it is used. Raises UserNotFound."""

    user_id: str


@dataclass(frozen=True, kw_only=True)
class UsePasswordLink(Returns[SignedIn]):
    """Set a password by a link; all sessions before end. Raises BadToken, BadPassword, TooManyAttempts."""

    token: str = field(repr=False)
    password: str = field(repr=False)
    device: Device = field(default_factory=Device)


class IssuePasswordLinkHandler:
    """Handles IssuePasswordLink."""

    def __init__(self, desk: IdentityDesk, links: SetupLinks) -> None:
        self._desk = desk
        self._links = links

    async def __call__(self, message: IssuePasswordLink, caller: Caller) -> NewPasswordLink:
        """Return the token; only its hash is stored."""
        desk, now = self._desk, self._desk.clock()
        user = await existing(desk, message.user_id)
        secret, expires_at = desk.new_secret(PASSWORD_PREFIX), now + desk.rules.setup_lifetime
        await self._links.use_all(user.id, now)
        link = SetupLink(
            id=desk.new_id(), token_hash=fingerprint(secret), created_at=now, expires_at=expires_at, user_id=user.id
        )
        await self._links.add(link)
        await desk.note("user.password_link_made", caller=caller, target=("user", user.id))
        await desk.uow.commit()
        return NewPasswordLink(secret, expires_at)


class UsePasswordLinkHandler:
    """Handles UsePasswordLink."""

    def __init__(self, desk: IdentityDesk, links: SetupLinks) -> None:
        self._desk = desk
        self._links = links

    async def __call__(self, message: UsePasswordLink, caller: Caller) -> SignedIn:
        """Return the session. Links of accounts that are switched off open nothing."""
        desk, address = self._desk, message.device.address
        await desk.throttle.admit_anonymous("password link", address)
        link = await self._links.take(fingerprint(message.token))
        if link is None or link.user_id is None:
            raise BadToken("this link is not one of this installation")
        now = desk.clock()
        link.check_usable(now)
        user = await desk.users.get_by_id(link.user_id)
        if user is None or user.disabled:
            raise BadToken("this link is not one of this installation")
        check_password(message.password, username=user.username, email=user.email)
        hashed = await desk.passwords.hash(message.password)
        await desk.tokens.revoke_user(user.id, now)
        user = await desk.users.update(user.changed(now, sessions_valid_from=now))
        await desk.users.set_password(user.id, hashed, now)
        await self._links.use_all(user.id, now)
        signed_in, _ = await desk.open_session(user, message.device, now=now)
        await desk.note("user.password_link_used", target=("user", user.id), address=address)
        await desk.uow.commit()
        return signed_in
