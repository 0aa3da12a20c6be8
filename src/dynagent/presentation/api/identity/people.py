"""Routes of people: one's own account, access keys, and the administration of users."""

from typing import Annotated

from fastapi import Query, Request, Response

from dynagent.application.commands.identity import (
    ChangePassword,
    CreateAccessKey,
    CreateUser,
    IssuePasswordLink,
    RevokeAccessKey,
    SetUserDisabled,
    SetUserRole,
    UpdateProfile,
)
from dynagent.application.queries.identity import GetProfile, GetUser, ListAccessKeys, ListUsers
from dynagent.presentation.api.identity.bodies import (
    AccessKeyBody,
    AccessKeyList,
    AccessKeyOut,
    NewAccessKeyOut,
    NewUserBody,
    PasswordBody,
    PasswordLinkOut,
    ProfileChanges,
    ProfileOut,
    RoleBody,
    SessionOpened,
    StatusBody,
    UserList,
    UserOut,
)
from dynagent.presentation.api.identity.cookies import set_session
from dynagent.presentation.api.shared.auth import device_of
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.paging import PageOf, link_next
from dynagent.presentation.api.shared.router import noun_router

router = noun_router("users", "Identity")


@router.get("/me", operation_id="get_profile", summary="Your account")
async def get_profile(ask: Ask) -> ProfileOut:
    """Give your account and what you may do."""
    return ProfileOut.of_profile(await ask(GetProfile()))


@router.put("/me", operation_id="update_profile", summary="Change your account")
async def update_profile(body: ProfileChanges, ask: Ask) -> UserOut:
    """Change your e-mail address and names."""
    return UserOut.of(await ask(UpdateProfile(body.given())))


@router.put("/me/password", operation_id="change_password", summary="Change your password")
async def change_password(body: PasswordBody, request: Request, response: Response, ask: Ask) -> SessionOpened:
    """Take another password; all your other sessions end."""
    message = ChangePassword(
        current=body.current_password.get_secret_value(),
        new=body.new_password.get_secret_value(),
        device=device_of(request),
    )
    signed_in = await ask(message)
    set_session(request, response, signed_in)
    return SessionOpened.of(signed_in)


@router.get("/access-keys", operation_id="list_access_keys", summary="List your access keys")
async def list_access_keys(ask: Ask) -> AccessKeyList:
    """Give the keys of your programs, newest first."""
    own = await ask(ListAccessKeys())
    return AccessKeyList(access_keys=[AccessKeyOut.of(key) for key in own.keys], possible_scopes=own.possible_scopes)


@router.post("/access-keys", status_code=201, operation_id="create_access_key", summary="Make an access key")
async def create_access_key(body: AccessKeyBody, response: Response, ask: Ask) -> NewAccessKeyOut:
    """Make a key for a program: `Authorization: Bearer dyn_…`. It is shown this once."""
    message = CreateAccessKey(name=body.name, scopes=body.scopes, expires_at=body.expires_at)
    made = await ask(message)
    response.headers["Cache-Control"] = "no-store"
    return NewAccessKeyOut.of_new(made)


@router.delete(
    "/access-keys/{key_id}", status_code=204, operation_id="revoke_access_key", summary="Revoke an access key"
)
async def revoke_access_key(key_id: str, ask: Ask) -> None:
    """Void a key at once."""
    await ask(RevokeAccessKey(key_id))


@router.get("", operation_id="list_users", summary="List users")
async def list_users(
    *,
    request: Request,
    response: Response,
    page: PageOf,
    ask: Ask,
    search: Annotated[str | None, Query(max_length=200, description="In name and e-mail address.")] = None,
) -> UserList:
    """Give all users, newest first. For administrators."""
    found = await ask(ListUsers(search, page))
    link_next(request, response, found)
    return UserList.of(found)


@router.post("", status_code=201, operation_id="create_user", summary="Make a user")
async def create_user(body: NewUserBody, response: Response, ask: Ask) -> UserOut:
    """Make an account for somebody; without a password, send them a password link. For administrators."""
    message = CreateUser(
        username=body.username,
        email=body.email,
        password=body.password.get_secret_value() if body.password else None,
        role=body.role,
        first_name=body.first_name,
        last_name=body.last_name,
    )
    user = await ask(message)
    response.headers["Location"] = f"/api/users/{user.id}"
    return UserOut.of(user)


@router.get("/{user_id}", operation_id="get_user", summary="Get a user")
async def get_user(user_id: str, ask: Ask) -> UserOut:
    """Give one user. For administrators."""
    return UserOut.of(await ask(GetUser(user_id)))


@router.post(
    "/{user_id}/password-link", status_code=201, operation_id="issue_password_link", summary="Make a password link"
)
async def issue_password_link(user_id: str, response: Response, ask: Ask) -> PasswordLinkOut:
    """Make a link, good once, with which somebody sets a password. For administrators, who hand it over themselves."""
    made = await ask(IssuePasswordLink(user_id))
    response.headers["Cache-Control"] = "no-store"
    return PasswordLinkOut.of(made)


@router.put("/{user_id}/role", operation_id="set_user_role", summary="Change a user's role")
async def set_user_role(user_id: str, body: RoleBody, ask: Ask) -> UserOut:
    """Give somebody another role; it counts from the next request on. For administrators."""
    return UserOut.of(await ask(SetUserRole(user_id, body.role)))


@router.put("/{user_id}/status", operation_id="set_user_status", summary="Switch a user off or on")
async def set_user_status(user_id: str, body: StatusBody, ask: Ask) -> UserOut:
    """Switch an account off, which ends its sessions and stops its keys, or on again. For administrators."""
    return UserOut.of(await ask(SetUserDisabled(user_id, body.disabled)))
