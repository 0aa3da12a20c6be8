"""The first start: a link on the terminal makes whoever reads it the administrator, once."""

from dataclasses import dataclass, field

from dynagent.application.commands.identity.desk import Device, IdentityDesk, SignedIn
from dynagent.application.shared.bus import Returns
from dynagent.application.shared.caller import LOCAL_USER_ID, Caller
from dynagent.core.identity import (
    SETUP_PREFIX,
    BadToken,
    SetupDone,
    SetupLink,
    SetupLinks,
    UserNotFound,
    check_password,
    fingerprint,
    normal_email,
    normal_username,
)


@dataclass(frozen=True)
class PrepareSetup(Returns[str | None]):
    """Make a setup token, to be printed where only the operator sees it; None when there is an administrator."""


@dataclass(frozen=True, kw_only=True)
class CompleteSetup(Returns[SignedIn]):
    """Become the first administrator. Raises BadToken, SetupDone, BadPassword, UsernameTaken, TooManyAttempts."""

    token: str = field(repr=False)
    username: str
    email: str
    password: str = field(repr=False)
    device: Device = field(default_factory=Device)


class PrepareSetupHandler:
    """Handles PrepareSetup."""

    def __init__(self, desk: IdentityDesk, links: SetupLinks) -> None:
        self._desk = desk
        self._links = links

    async def __call__(self, message: PrepareSetup, caller: Caller) -> str | None:
        """Return the token; only its hash is stored."""
        desk = self._desk
        if await desk.users.count_admins():
            return None
        secret = desk.new_secret(SETUP_PREFIX)
        now = desk.clock()
        await self._links.add(
            SetupLink(
                id=desk.new_id(),
                token_hash=fingerprint(secret),
                created_at=now,
                expires_at=now + desk.rules.setup_lifetime,
            )
        )
        await desk.uow.commit()
        return secret


class CompleteSetupHandler:
    """Handles CompleteSetup."""

    def __init__(self, desk: IdentityDesk, links: SetupLinks) -> None:
        self._desk = desk
        self._links = links

    async def __call__(self, message: CompleteSetup, caller: Caller) -> SignedIn:
        """Return the administrator's session. What was made in local mode is theirs."""
        desk = self._desk
        await desk.throttle.admit_anonymous("setup", message.device.address)
        link = await self._links.take(fingerprint(message.token))
        if link is None or link.user_id is not None:
            raise BadToken("this setup link is not one of this installation")
        now = desk.clock()
        link.check_usable(now)
        if await desk.users.count_admins():
            raise SetupDone("the installation has an administrator already; sign in")
        check_password(message.password, username=message.username, email=message.email)
        user = await desk.users.get_by_id(LOCAL_USER_ID)
        if user is None:
            raise UserNotFound("the local administrator is not in the database; run `dynagent db upgrade`")
        hashed = await desk.passwords.hash(message.password)
        names = {"username": normal_username(message.username), "email": normal_email(message.email)}
        user = await desk.users.update(user.changed(now, **names, role="admin", disabled=False, has_password=True))
        await desk.users.set_password(user.id, hashed, now)
        await self._links.use_all(None, now)
        signed_in, _ = await desk.open_session(user, message.device, now=now)
        await desk.note("setup.completed", target=("user", user.id), address=message.device.address)
        await desk.uow.commit()
        return signed_in
