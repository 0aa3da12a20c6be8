"""People: what the routes need, and bodies that they take."""

from typing import Any

import httpx2

from tests.presentation.api.matrix.making import PASSWORD, made

PERMISSIONS = {
    "get_sign_in_options": "anybody",
    "complete_setup": "anybody",
    "register": "anybody",
    "log_in": "anybody",
    "refresh_session": "anybody",
    "log_out": "anybody",
    "use_password_link": "anybody",
    "issue_stream_ticket": "tickets:write",
    "get_profile": "account:read",
    "list_sessions": "account:read",
    "list_access_keys": "account:read",
    "update_profile": "account:write",
    "change_password": "account:write",
    "create_access_key": "account:write",
    "revoke_access_key": "account:write",
    "log_out_everywhere": "account:write",
    "end_session": "account:write",
    "list_users": "users:read",
    "get_user": "users:read",
    "create_user": "users:write",
    "issue_password_link": "users:write",
    "set_user_role": "users:write",
    "set_user_status": "users:write",
    "list_audit_entries": "audit:read",
}
BODIES: dict[str, Any] = {
    "complete_setup": {"token": "x", "username": "nobody", "email": "no@example.org", "password": PASSWORD},
    "register": {"username": "another", "email": "another@example.org", "password": PASSWORD},
    "log_in": {"login": "nobody", "password": "nothing"},
    "use_password_link": {"token": "dynp_x", "password": PASSWORD},
    "update_profile": {"first_name": "X"},
    "change_password": {"current_password": "wrong", "new_password": "another long sentence"},
    "create_access_key": {"name": "k", "scopes": ["agents:read"]},
    "create_user": {"username": "made", "email": "made@example.org", "password": PASSWORD},
    "set_user_role": {"role": "user"},
    "set_user_status": {"disabled": False},
}


async def make(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Make an access key; the owner and the session are there."""
    key = await made(owner, "/api/v1/users/access-keys", BODIES["create_access_key"])
    things["access_key_id"] = key["id"]
    things["session_id"] = (await owner.get("/api/v1/auth/sessions")).json()["sessions"][0]["id"]
    things["user_id"] = (await owner.get("/api/v1/users/me")).json()["id"]


async def look_untouched(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Assert that nobody has revoked it."""
    assert len((await owner.get("/api/v1/users/access-keys")).json()["access_keys"]) == 1
