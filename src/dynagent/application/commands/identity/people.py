"""Changing people: oneself, or, as an administrator, others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dynagent.application.commands.identity.sessions import AuditTrail
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.identity import (
    BadPassword,
    LastAdministrator,
    Passwords,
    RefreshTokens,
    RoleName,
    User,
    UserChanged,
    UsernameTaken,
    UserNotFound,
    UserRegistered,
    Users,
    check_password,
    normal_email,
)
from dynagent.core.shared.changes import differences
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class UpdateProfile(Command[User], needs="account:write", raises=(UsernameTaken, UserNotFound)):
    """Change one's own e-mail address and names. Raises UsernameTaken, UserNotFound."""

    changes: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class CreateUser(Command[User], needs="users:write", raises=(BadPassword, UsernameTaken)):
    """Make an account for somebody; without a password a link lets them set one. Raises BadPassword, UsernameTaken."""

    username: str
    email: str
    password: str | None = field(default=None, repr=False)
    role: RoleName = "user"
    first_name: str = ""
    last_name: str = ""


@dataclass(frozen=True)
class SetUserRole(Command[User], needs="users:write", raises=(UserNotFound, LastAdministrator)):
    """Give somebody another role. Raises UserNotFound, LastAdministrator."""

    user_id: str
    role: RoleName


@dataclass(frozen=True)
class SetUserDisabled(Command[User], needs="users:write", raises=(UserNotFound, LastAdministrator)):
    """Switch an account off, which ends its sessions, or on again. Raises UserNotFound, LastAdministrator."""

    user_id: str
    disabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateProfileHandler:
    """Handles UpdateProfile."""

    users: Users
    uow: UnitOfWork
    trail: AuditTrail
    clock: Clock = utc_now

    async def __call__(self, message: UpdateProfile, caller: Caller) -> User:
        """Return the caller's changed account."""
        allowed = {
            name: message.changes[name] for name in ("email", "first_name", "last_name") if name in message.changes
        }
        if "email" in allowed:
            allowed["email"] = normal_email(allowed["email"])
        before = await self.users.existing(caller.user_id)
        user = await self.users.update(before.changed(self.clock(), **allowed))
        changes = differences(before.model_dump(mode="json"), user.model_dump(mode="json"))
        await self.trail.note("user.profile_changed", caller=caller, target=("user", user.id), changes=changes)
        await self.uow.commit()
        return user


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateUserHandler:
    """Handles CreateUser."""

    users: Users
    uow: UnitOfWork
    passwords: Passwords
    trail: AuditTrail
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def __call__(self, message: CreateUser, caller: Caller) -> User:
        """Return the new account."""
        hashed = None
        if message.password is not None:
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
                role=message.role,
                has_password=hashed is not None,
            )
        )
        if hashed is not None:
            await self.users.set_password(user.id, hashed, now)
        await self.trail.note("user.created", caller=caller, target=("user", user.id), role=user.role)
        self.uow.record(UserRegistered(occurred_at=now, user_id=user.id))
        await self.uow.commit()
        return user


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUserRoleHandler:
    """Handles SetUserRole."""

    users: Users
    uow: UnitOfWork
    trail: AuditTrail
    clock: Clock = utc_now

    async def __call__(self, message: SetUserRole, caller: Caller) -> User:
        """Return the changed account; the role counts from the next request on."""
        user = await self.users.existing(message.user_id)
        if message.role != "admin":
            user.check_may_lose_admin(await self.users.count_admins(except_id=user.id))
        before, now = user.role, self.clock()
        user = await self.users.update(user.changed(now, role=message.role))
        await self.trail.note(
            "user.role_changed",
            caller=caller,
            target=("user", user.id),
            changes={"/role": {"before": before, "after": user.role}},
        )
        self.uow.record(UserChanged(occurred_at=now, user_id=user.id))
        await self.uow.commit()
        return user


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUserDisabledHandler:
    """Handles SetUserDisabled."""

    users: Users
    tokens: RefreshTokens
    uow: UnitOfWork
    trail: AuditTrail
    clock: Clock = utc_now

    async def __call__(self, message: SetUserDisabled, caller: Caller) -> User:
        """Return the changed account."""
        before = user = await self.users.existing(message.user_id)
        now = self.clock()
        if message.disabled:
            user.check_may_lose_admin(await self.users.count_admins(except_id=user.id))
            await self.tokens.revoke_user(user.id, now)
        user = await self.users.update(user.changed(now, disabled=message.disabled))
        action = "user.disabled" if message.disabled else "user.enabled"
        await self.trail.note(
            action,
            caller=caller,
            target=("user", user.id),
            changes={"/disabled": {"before": before.disabled, "after": user.disabled}},
        )
        self.uow.record(UserChanged(occurred_at=now, user_id=user.id))
        await self.uow.commit()
        return user
