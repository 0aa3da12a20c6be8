"""People: users, their one role, what they may change about themselves, and what others may change about them."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.identity.errors import BadPassword, LastAdministrator, UserDisabled
from dynagent.core.shared.clock import later
from dynagent.core.shared.events import DomainEvent

RoleName = Literal["admin", "user", "viewer"]
ROLES: Mapping[RoleName, str] = {"admin": "Admin", "user": "Developer", "viewer": "Viewer"}
"""Name of a role → how it is shown."""

USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,63}")
EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,189}")
MIN_PASSWORD, MAX_PASSWORD = 10, 256

_COMMON_WORDS = """
password passw0rd qwertyuiop 1234567890 123456789 12345678910 0123456789 iloveyou letmein welcome changeme administrator
dynagent sunshine princess football baseball superman trustno1 abcdefghij 1q2w3e4r5t
"""
_COMMON = frozenset(_COMMON_WORDS.split())


class User(BaseModel):
    """A person. Nothing secret is in here: the password's hash never leaves its repository and the sign-in."""

    model_config = ConfigDict(frozen=True)

    id: str
    username: str = Field(max_length=64)
    email: str = Field(max_length=254)
    first_name: str = Field(default="", max_length=100)
    last_name: str = Field(default="", max_length=100)
    role: RoleName = "user"
    disabled: bool = False
    has_password: bool = False
    sessions_valid_from: datetime | None = None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def create(cls, *, id: str, username: str, email: str, now: datetime, **fields: Any) -> "User":
        """Return a new user, name and address in the form they are compared in."""
        return cls(
            id=id,
            username=normal_username(username),
            email=normal_email(email),
            created_at=now,
            updated_at=now,
            **fields,
        )

    def changed(self, now: datetime, **fields: Any) -> "User":
        """Return the user with other values."""
        return self.model_copy(update={**fields, "updated_at": later(now, self.updated_at)})

    def check_enabled(self) -> None:
        """Refuse with UserDisabled."""
        if self.disabled:
            raise UserDisabled("this account is disabled; ask an administrator")

    def check_may_lose_admin(self, other_admins: int) -> None:
        """Refuse with LastAdministrator when nobody else who can sign in would administer the installation."""
        if self.role == "admin" and not self.disabled and other_admins == 0:
            raise LastAdministrator("this is the last administrator; make somebody else one first")


def normal_username(username: str) -> str:
    """Return the form under which usernames are compared."""
    return username.strip().lower()


def normal_email(email: str) -> str:
    """Return the form under which addresses are compared."""
    return email.strip().lower()


def check_password(password: str, *, username: str = "", email: str = "") -> None:
    """Refuse with BadPassword what is too short, too long, or among the first things anybody would try."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise BadPassword(f"a password has {MIN_PASSWORD} to {MAX_PASSWORD} characters")
    lowered = password.strip().lower()
    own = {part for part in (username.lower(), email.lower(), email.partition("@")[0].lower()) if part}
    stem = lowered.rstrip("0123456789!?.-_")
    if lowered in own or stem in own or lowered in _COMMON or (stem and stem in _COMMON) or len(set(lowered)) < 4:
        raise BadPassword("this password is easily guessed; take another, a sentence for example")


class UserEvent(DomainEvent):
    """Something happened to a user; `user_id` is whom it happened to."""

    name: ClassVar[str] = "user.event"


class UserRegistered(UserEvent):
    """A new account is there."""

    name: ClassVar[str] = "user.registered"


class UserChanged(UserEvent):
    """An account has another role or was disabled or enabled."""

    name: ClassVar[str] = "user.changed"
