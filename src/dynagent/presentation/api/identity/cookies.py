"""The session's cookie: the refresh token, out of reach of scripts; using it takes a header of our own pages."""

from fastapi import Request, Response

from dynagent.application.commands.identity import SignedIn
from dynagent.core.identity import BadToken, CrossSiteRequest, csrf_token, same
from dynagent.presentation.api.shared.auth import door_of

REFRESH_COOKIE = "dynagent_refresh"
CSRF_COOKIE = "dynagent_csrf"
CSRF_HEADER = "X-CSRF-Token"
_PATH = "/api"


def set_session(request: Request, response: Response, signed_in: SignedIn) -> None:
    """Send the refresh token, which pages cannot read, and what they must repeat to use it."""
    secure = door_of(request).secure_cookies == "always" or request.url.scheme == "https"
    max_age = int(signed_in.refresh_lifetime.total_seconds())
    response.headers["Cache-Control"] = "no-store"
    response.set_cookie(
        REFRESH_COOKIE,
        signed_in.refresh_token,
        max_age=max_age,
        path=_PATH,
        httponly=True,
        samesite="strict",
        secure=secure,
    )
    response.set_cookie(CSRF_COOKIE, signed_in.csrf_token, max_age=max_age, path="/", samesite="strict", secure=secure)


def refresh_token_of(request: Request) -> str:
    """Return the cookie's refresh token. Raises BadToken without one, CrossSiteRequest without the matching header."""
    token = request.cookies.get(REFRESH_COOKIE)
    if not token:
        raise BadToken("there is no session; sign in")
    if not same(request.headers.get(CSRF_HEADER, ""), csrf_token(token)):
        raise CrossSiteRequest(f"repeat the cookie {CSRF_COOKIE} in the header {CSRF_HEADER}")
    return token


def drop_session(response: Response) -> None:
    """Take the cookies back."""
    response.headers["Cache-Control"] = "no-store"
    response.delete_cookie(REFRESH_COOKIE, path=_PATH, httponly=True, samesite="strict")
    response.delete_cookie(CSRF_COOKIE, path="/", samesite="strict")
