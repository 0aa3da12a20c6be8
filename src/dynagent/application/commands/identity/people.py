"""Changing people: oneself, or, as an administrator, others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dynagent.application.commands.identity.desk import IdentityDesk
from dynagent.application.shared.bus import Returns
from dynagent.application.shared.caller import Caller
from dynagent.core.identity import (
    RoleName,
    User,
    UserChanged,
    UserNotFound,
    UserRegistered,
    check_password,
    normal_email,
    normal_username,
)
from dynagent.core.shared.ids import is_id


@dataclass(frozen=True)
class UpdateProfile(Returns[User]):
    """Change one's own e-mail address and names. Raises UsernameTaken."""

    changes: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class CreateUser(Returns[User]):
    """Make an account for somebody; without a password a link lets them set one. Raises BadPassword, UsernameTaken."""

    username: str
    email: str
    password: str | None = field(default=None, repr=False)
    role: RoleName = "user"
    first_name: str = ""
    last_name: str = ""


@dataclass(frozen=True)
class SetUserRole(Returns[User]):
    """Give somebody another role. Raises UserNotFound, LastAdministrator."""

    user_id: str
    role: RoleName


@dataclass(frozen=True)
class SetUserDisabled(Returns[User]):
    """Switch an account off, which ends its sessions, or on again. Raises UserNotFound, LastAdministrator."""

    user_id: str
    disabled: bool


class UpdateProfileHandler:
    """Handles UpdateProfile."""

    def __init__(self, desk: IdentityDesk) -> None:
        self._desk = desk

    async def __call__(self, message: UpdateProfile, caller: Caller) -> User:
        """Return the caller's changed account."""
        desk = self._desk
        allowed = {
            name: message.changes[name] for name in ("email", "first_name", "last_name") if name in message.changes
        }
        if "email" in allowed:
            allowed["email"] = normal_email(allowed["email"])
        user = await existing(desk, caller.user_id)
        user = await desk.users.update(user.changed(desk.clock(), **allowed))
        await desk.note("user.profile_changed", caller=caller, target=("user", user.id), fields=sorted(allowed))
        await desk.uow.commit()
        return user


class CreateUserHandler:
    """Handles CreateUser."""

    def __init__(self, desk: IdentityDesk) -> None:
        self._desk = desk

    async def __call__(self, message: CreateUser, caller: Caller) -> User:
        """Return the new account."""
        desk = self._desk
        hashed = None
        if message.password is not None:
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
                role=message.role,
                has_password=hashed is not None,
                created_at=now,
                updated_at=now,
            )
        )
        if hashed is not None:
            await desk.users.set_password(user.id, hashed, now)
        await desk.note("user.created", caller=caller, target=("user", user.id), role=user.role)
        desk.uow.record(UserRegistered(occurred_at=now, user_id=user.id))
        await desk.uow.commit()
        return user


class SetUserRoleHandler:
    """Handles SetUserRole."""

    def __init__(self, desk: IdentityDesk) -> None:
        self._desk = desk

    async def __call__(self, message: SetUserRole, caller: Caller) -> User:
        """Return the changed account; the role counts from the next request on."""
        desk = self._desk
        user = await existing(desk, message.user_id)
        if message.role != "admin":
            user.check_may_lose_admin(await desk.users.count_admins(except_id=user.id))
        before, now = user.role, desk.clock()
        user = await desk.users.update(user.changed(now, role=message.role))
        await desk.note("user.role_changed", caller=caller, target=("user", user.id), before=before, after=user.role)
        desk.uow.record(UserChanged(occurred_at=now, user_id=user.id))
        await desk.uow.commit()
        return user


class SetUserDisabledHandler:
    """Handles SetUserDisabled."""

    def __init__(self, desk: IdentityDesk) -> None:
        self._desk = desk

    async def __call__(self, message: SetUserDisabled, caller: Caller) -> User:
        """Return the changed account."""
        desk = self._desk
        user = await existing(desk, message.user_id)
        now = desk.clock()
        if message.disabled:
            user.check_may_lose_admin(await desk.users.count_admins(except_id=user.id))
            await desk.tokens.revoke_user(user.id, now)
        user = await desk.users.update(user.changed(now, disabled=message.disabled))
        action = "user.disabled" if message.disabled else "user.enabled"
        await desk.note(action, caller=caller, target=("user", user.id))
        desk.uow.record(UserChanged(occurred_at=now, user_id=user.id))
        await desk.uow.commit()
        return user


async def existing(desk: IdentityDesk, user_id: str) -> User:
    """Return the user. Raises UserNotFound."""
    user = await desk.users.get_by_id(user_id) if is_id(user_id) else None
    if user is None:
        raise UserNotFound(f"there is no user {user_id!r}")
    return user
