"""Who may see metrics and the details of health: administrators, their keys with `metrics:read`, and METRICS_TOKEN."""

from fastapi import Request

from dynagent.core.identity import PermissionDenied, same
from dynagent.presentation.api.shared.auth import caller_of_request, door_of

PERMISSION = "metrics:read"


async def check_operator(request: Request) -> None:
    """Refuse with NotSignedIn, BadToken or PermissionDenied who may not see metrics. In local mode everybody may."""
    door = door_of(request)
    if door.metrics_token is not None and same(_bearer(request), door.metrics_token):
        return
    caller = await caller_of_request(request)
    if not request.app.state.bus.access.may(PERMISSION, caller):
        raise PermissionDenied(f"metrics are for administrators, and for access keys with the scope {PERMISSION}")


async def is_operator(request: Request) -> bool:
    """Say whether `check_operator` would let this request pass; without a database only local mode says yes."""
    if not door_of(request).sign_in_required:
        return True
    if "authorization" not in request.headers:
        return False
    try:
        await check_operator(request)
    except Exception:
        # Health answers also when nobody can be looked up.
        return False
    return True


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
