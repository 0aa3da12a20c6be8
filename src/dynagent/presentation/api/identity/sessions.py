"""Routes of signing in and out: `/api/auth`."""

from fastapi import Request, Response

from dynagent.application.commands.identity import (
    CompleteSetup,
    EndSession,
    LogIn,
    LogOut,
    LogOutEverywhere,
    RefreshSession,
    Register,
    UsePasswordLink,
)
from dynagent.application.queries.identity import GetSignInOptions, ListSessions
from dynagent.core.identity import BadToken
from dynagent.presentation.api.identity.bodies import (
    LoginBody,
    NewPasswordBody,
    RegisterBody,
    SessionList,
    SessionOpened,
    SetupBody,
    SignInOptionsOut,
)
from dynagent.presentation.api.identity.cookies import drop_session, refresh_token_of, set_session
from dynagent.presentation.api.shared.auth import device_of
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.router import noun_router
from dynagent.presentation.api.shared.visitors import AskAsVisitor

router = noun_router("auth", "Identity")


@router.get("/options", operation_id="get_sign_in_options", summary="How one gets in")
async def get_sign_in_options(ask: AskAsVisitor) -> SignInOptionsOut:
    """Say whether sign-in is needed, whether anyone may register, whether the first setup is still to be done."""
    options = await ask(GetSignInOptions())
    return SignInOptionsOut(
        sign_in_required=options.sign_in_required,
        registration_open=options.registration_open,
        setup_needed=options.setup_needed,
    )


@router.post("/setup", status_code=201, operation_id="complete_setup", summary="Become the first administrator")
async def complete_setup(body: SetupBody, request: Request, response: Response, ask: AskAsVisitor) -> SessionOpened:
    """Use the one-time link that the server printed on its first start."""
    message = CompleteSetup(
        token=body.token.get_secret_value(),
        username=body.username,
        email=body.email,
        password=body.password.get_secret_value(),
        device=device_of(request),
    )
    signed_in = await ask(message)
    set_session(request, response, signed_in)
    return SessionOpened.of(signed_in)


@router.post("/password", operation_id="use_password_link", summary="Set a password by a link")
async def use_password_link(
    body: NewPasswordBody, request: Request, response: Response, ask: AskAsVisitor
) -> SessionOpened:
    """Use the one-time link that an administrator made for you; all your sessions before it end."""
    message = UsePasswordLink(
        token=body.token.get_secret_value(), password=body.password.get_secret_value(), device=device_of(request)
    )
    signed_in = await ask(message)
    set_session(request, response, signed_in)
    return SessionOpened.of(signed_in)


@router.post("/register", status_code=201, operation_id="register", summary="Make an account")
async def register(body: RegisterBody, request: Request, response: Response, ask: AskAsVisitor) -> SessionOpened:
    """Make an account and sign in, where anyone may."""
    message = Register(
        username=body.username,
        email=body.email,
        password=body.password.get_secret_value(),
        first_name=body.first_name,
        last_name=body.last_name,
        device=device_of(request),
    )
    signed_in = await ask(message)
    set_session(request, response, signed_in)
    return SessionOpened.of(signed_in)


@router.post("/login", operation_id="log_in", summary="Sign in")
async def log_in(body: LoginBody, request: Request, response: Response, ask: AskAsVisitor) -> SessionOpened:
    """Sign in with name or e-mail address and password."""
    message = LogIn(login=body.login, password=body.password.get_secret_value(), device=device_of(request))
    signed_in = await ask(message)
    set_session(request, response, signed_in)
    return SessionOpened.of(signed_in)


@router.post("/refresh-token", operation_id="refresh_session", summary="Renew the session")
async def refresh_session(request: Request, response: Response, ask: AskAsVisitor) -> SessionOpened:
    """Exchange the cookie's refresh token for the next one and a new access token."""
    message = RefreshSession(refresh_token=refresh_token_of(request), device=device_of(request))
    signed_in = await ask(message)
    set_session(request, response, signed_in)
    return SessionOpened.of(signed_in)


@router.post("/logout", status_code=204, operation_id="log_out", summary="Sign out")
async def log_out(request: Request, response: Response, ask: AskAsVisitor) -> None:
    """End this session; without one there is nothing to do."""
    drop_session(response)
    try:
        token = refresh_token_of(request)
    except BadToken:
        return
    await ask(LogOut(token))


@router.post("/logout-everywhere", status_code=204, operation_id="log_out_everywhere", summary="Sign out everywhere")
async def log_out_everywhere(response: Response, ask: Ask) -> None:
    """End all your sessions, their access tokens included. Access keys stay."""
    await ask(LogOutEverywhere())
    drop_session(response)


@router.get("/sessions", operation_id="list_sessions", summary="List your sessions")
async def list_sessions(ask: Ask) -> SessionList:
    """Give your sessions, last used first."""
    return SessionList.of(await ask(ListSessions()))


@router.delete(
    "/sessions/{session_id}", status_code=204, operation_id="end_session", summary="End one of your sessions"
)
async def end_session(session_id: str, ask: Ask) -> None:
    """End a session at once, for example that of a device you have lost."""
    await ask(EndSession(session_id))
