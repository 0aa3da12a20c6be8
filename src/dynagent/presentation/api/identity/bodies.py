"""People, sessions and keys as JSON. No answer holds a hash, and secrets are answered once, when they are made."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from dynagent.application.commands.identity import NewAccessKey, NewPasswordLink, NewTicket, SignedIn
from dynagent.application.queries.identity import OwnSessions, Profile
from dynagent.core.identity import (
    EMAIL,
    MAX_PASSWORD,
    ROLES,
    USERNAME,
    AccessKey,
    RoleName,
    User,
)
from dynagent.core.shared.paging import Page
from dynagent.presentation.api.shared.openapi import PERMISSION
from dynagent.presentation.api.shared.paging import Envelope, page_fields

Username = Annotated[str, StringConstraints(pattern=rf"^{USERNAME.pattern}$", max_length=64)]
Email = Annotated[str, StringConstraints(pattern=rf"^{EMAIL.pattern}$", max_length=254)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]
Password = Annotated[SecretStr, Field(max_length=MAX_PASSWORD, min_length=1)]
# The document lists those that nouns grant, so that clients cannot ask for a permission that is none.
Permission = Annotated[str, Field(json_schema_extra={PERMISSION: True})]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RegisterBody(_Body):
    """A new account."""

    username: Username = Field(examples=["ada"])
    email: Email = Field(examples=["ada@example.org"])
    password: Password = Field(description="10 to 256 characters, not easily guessed.")
    first_name: Name = ""
    last_name: Name = ""


class LoginBody(_Body):
    """Who signs in; `login` is the name or the e-mail address."""

    login: Annotated[str, Field(min_length=1, max_length=254)]
    password: Password


class SetupBody(_Body):
    """The first administrator; `token` stands in the link that the server printed when it started."""

    token: Annotated[SecretStr, Field(min_length=1, max_length=200)]
    username: Username
    email: Email
    password: Password


class NewPasswordBody(_Body):
    """A password for whom the link was made; `token` stands in the link."""

    token: Annotated[SecretStr, Field(min_length=1, max_length=200)]
    password: Password


class PasswordBody(_Body):
    """A change of one's password."""

    current_password: Password
    new_password: Password


class ProfileChanges(_Body):
    """What to change of one's account; what is left out stays."""

    email: Email | None = None
    first_name: Name | None = None
    last_name: Name | None = None

    def given(self) -> dict[str, Any]:
        """Return the fields that were given."""
        return self.model_dump(exclude_none=True)


class NewUserBody(_Body):
    """An account that an administrator makes; without a password a link lets its owner set one."""

    username: Username = Field(examples=["ada"])
    email: Email = Field(examples=["ada@example.org"])
    password: Password | None = None
    first_name: Name = ""
    last_name: Name = ""
    role: RoleName = "user"


class RoleBody(_Body):
    """A role: `admin`, `user` (shown as Developer) or `viewer`."""

    role: RoleName


class StatusBody(_Body):
    """Whether an account is switched off."""

    disabled: bool


class AccessKeyBody(_Body):
    """A key for a program."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    scopes: Annotated[tuple[str, ...], Field(min_length=1, max_length=32)] = Field(examples=[["agents:read"]])
    expires_at: AwareDatetime | None = None


class UserOut(BaseModel):
    """A user."""

    id: str
    username: str
    email: str
    first_name: str
    last_name: str
    role: RoleName
    role_label: str
    disabled: bool
    has_password: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, user: User) -> "UserOut":
        """Return the answer for a user."""
        fields = {name: getattr(user, name) for name in cls.model_fields if name != "role_label"}
        return cls.model_construct(**fields, role_label=ROLES[user.role])


class UserList(Envelope):
    """A page of people, newest first."""

    users: list[UserOut]

    @classmethod
    def of(cls, page: Page[User]) -> "UserList":
        """Return the answer for a page."""
        return cls(users=[UserOut.of(user) for user in page.items], **page_fields(page))


class ProfileOut(UserOut):
    """One's own account, and what one may do with the credential that was sent."""

    permissions: list[Permission]
    session_id: str | None = None

    @classmethod
    def of_profile(cls, profile: Profile) -> "ProfileOut":
        """Return the answer for a profile."""
        user = UserOut.of(profile.user)
        return cls.model_construct(**dict(user), permissions=profile.permissions, session_id=profile.session_id)


class SessionOpened(BaseModel):
    """An open session; the refresh token is in a cookie that pages cannot read."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - a scheme, no secret
    expires_at: datetime
    csrf_token: str = Field(description="Repeat it in X-CSRF-Token where the cookie is used.")
    user: UserOut

    @classmethod
    def of(cls, signed_in: SignedIn) -> "SessionOpened":
        """Return the answer for a session."""
        return cls(
            access_token=signed_in.access_token,
            expires_at=signed_in.access_expires_at,
            csrf_token=signed_in.csrf_token,
            user=UserOut.of(signed_in.user),
        )


class PasswordLinkOut(BaseModel):
    """A link with which somebody sets a password; what stands behind the # is never sent with a request for a page."""

    token: str
    path: str = Field(examples=["/setup#password=dynp_…"])
    expires_at: datetime

    @classmethod
    def of(cls, made: NewPasswordLink) -> "PasswordLinkOut":
        """Return the answer for a link."""
        return cls(token=made.token, path=f"/setup#password={made.token}", expires_at=made.expires_at)


class SignInOptionsOut(BaseModel):
    """How one gets in."""

    sign_in_required: bool
    registration_open: bool
    setup_needed: bool


class SessionOut(BaseModel):
    """One of one's sessions."""

    id: str
    current: bool
    started_at: datetime
    last_used_at: datetime
    expires_at: datetime
    address: str
    user_agent: str


class SessionList(BaseModel):
    """One's sessions, last used first."""

    sessions: list[SessionOut]

    @classmethod
    def of(cls, own: OwnSessions) -> "SessionList":
        """Return the answer for sessions."""
        return cls(sessions=[SessionOut(**item.model_dump(), current=item.id == own.current) for item in own.sessions])


class AccessKeyOut(BaseModel):
    """A key for a program; `hint` is its visible beginning."""

    id: str
    name: str
    hint: str
    scopes: tuple[str, ...]
    expires_at: datetime | None
    last_used_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, key: AccessKey) -> "AccessKeyOut":
        """Return the answer for a key."""
        return cls(**key.model_dump(include=set(cls.model_fields)))


class NewAccessKeyOut(AccessKeyOut):
    """A new key; `key` is shown this once."""

    key: str

    @classmethod
    def of_new(cls, made: NewAccessKey) -> "NewAccessKeyOut":
        """Return the answer for a new key."""
        return cls(**AccessKeyOut.of(made.key).model_dump(), key=made.secret)


class AccessKeyList(BaseModel):
    """One's keys, newest first, and what a key may be given."""

    access_keys: list[AccessKeyOut]
    possible_scopes: list[str]


class TicketOut(BaseModel):
    """A stream ticket: `GET …/stream?ticket=…`, for this execution only, until it expires."""

    ticket: str
    expires_at: datetime

    @classmethod
    def of(cls, made: NewTicket) -> "TicketOut":
        """Return the answer for a ticket."""
        return cls(ticket=made.ticket, expires_at=made.expires_at)
