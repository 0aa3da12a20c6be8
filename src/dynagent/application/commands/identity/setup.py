"""The first start: a link on the terminal makes whoever reads it the administrator, once."""

from dataclasses import dataclass, field

from dynagent.application.commands.identity.sessions import AuditTrail, Device, Rules, SessionOpener, SignedIn
from dynagent.application.shared.access import ANYBODY
from dynagent.application.shared.caller import LOCAL_USER_ID, Caller
from dynagent.application.shared.messages import Command
from dynagent.core.identity import (
    SETUP_PREFIX,
    BadPassword,
    BadToken,
    NewSecret,
    Passwords,
    SetupDone,
    SetupLink,
    SetupLinks,
    Throttle,
    TooManyAttempts,
    UsernameTaken,
    UserNotFound,
    Users,
    check_password,
    fingerprint,
    normal_email,
    normal_username,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class PrepareSetup(
    Command[str | None], needs="system", unaudited="each start without an administrator makes a link; its use is told"
):
    """Make a setup token, to be printed where only the operator sees it; None when there is an administrator."""


@dataclass(frozen=True, kw_only=True)
class CompleteSetup(
    Command[SignedIn],
    needs=ANYBODY,
    raises=(BadToken, SetupDone, BadPassword, UsernameTaken, TooManyAttempts, UserNotFound),
):
    """Become the first administrator.

    Raises BadToken, SetupDone, BadPassword, UsernameTaken, TooManyAttempts, UserNotFound.
    """

    token: str = field(repr=False)
    username: str
    email: str
    password: str = field(repr=False)
    device: Device = field(default_factory=Device)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareSetupHandler:
    """Handles PrepareSetup."""

    users: Users
    uow: UnitOfWork
    new_secret: NewSecret
    rules: Rules
    links: SetupLinks
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def __call__(self, message: PrepareSetup, caller: Caller) -> str | None:
        """Return the token; only its hash is stored."""
        if await self.users.count_admins():
            return None
        secret = self.new_secret(SETUP_PREFIX)
        now = self.clock()
        await self.links.add(
            SetupLink(
                id=self.new_id(),
                token_hash=fingerprint(secret),
                created_at=now,
                expires_at=now + self.rules.setup_lifetime,
            )
        )
        await self.uow.commit()
        return secret


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteSetupHandler:
    """Handles CompleteSetup."""

    users: Users
    uow: UnitOfWork
    passwords: Passwords
    throttle: Throttle
    sessions: SessionOpener
    trail: AuditTrail
    links: SetupLinks
    clock: Clock = utc_now

    async def __call__(self, message: CompleteSetup, caller: Caller) -> SignedIn:
        """Return the administrator's session. What was made in local mode is theirs."""
        await self.throttle.admit_anonymous("setup", message.device.address)
        link = await self.links.take(fingerprint(message.token))
        if link is None or link.user_id is not None:
            raise BadToken("this setup link is not one of this installation")
        now = self.clock()
        link.check_usable(now)
        if await self.users.count_admins():
            raise SetupDone("the installation has an administrator already; sign in")
        check_password(message.password, username=message.username, email=message.email)
        user = await self.users.get_by_id(LOCAL_USER_ID)
        if user is None:
            raise UserNotFound("the local administrator is not in the database; run `dynagent db upgrade`")
        hashed = await self.passwords.hash(message.password)
        names = {"username": normal_username(message.username), "email": normal_email(message.email)}
        user = await self.users.update(user.changed(now, **names, role="admin", disabled=False, has_password=True))
        await self.users.set_password(user.id, hashed, now)
        await self.links.use_all(None, now)
        signed_in, _ = await self.sessions.open(user, message.device, now=now)
        await self.trail.note("setup.completed", target=("user", user.id), address=message.device.address)
        await self.uow.commit()
        return signed_in
