"""Who asks: a credential that is sent is always checked; in local mode a request without one is the administrator's."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal, Protocol

import structlog
from fastapi import Depends, Query
from starlette.requests import HTTPConnection

from dynagent.application.commands.identity import Authenticate, Device
from dynagent.application.shared.caller import ANONYMOUS, LOCAL_ADMIN, Caller
from dynagent.core.identity import BadToken, NotSignedIn


class Rates(Protocol):
    """Counts requests."""

    async def admit(self, subject: str, per_minute: int) -> None:
        """Count a request of a subject (`user:<id>`, `address:<ip>`). Raises TooManyRequests."""
        ...


class NoRates:
    """Counts nothing."""

    async def admit(self, subject: str, per_minute: int) -> None:
        """Let it pass."""


@dataclass(frozen=True, slots=True)
class FrontDoor:
    """How requests are let in; the default is local mode: everybody on this machine is the administrator.

    Rates are requests per minute, 0 for no limit; they do not bind the local administrator.
    """

    sign_in_required: bool = False
    secure_cookies: Literal["auto", "always"] = "auto"
    user_rate: int = 0
    address_rate: int = 0
    rates: Rates = field(default_factory=NoRates)
    metrics_token: str | None = field(default=None, repr=False)


async def caller_of_request(request: HTTPConnection) -> Caller:
    """Return who asks. Raises BadToken, TooManyRequests, and NotSignedIn without credentials.

    Looked up and counted once per request: before its body is read, and again where a route asks.
    """
    return await _once(request, "dynagent.caller", _caller)


async def visitor_of_request(request: HTTPConnection) -> Caller:
    """Return nobody, from this address, for routes that sign somebody in: what else was sent says nothing there.

    Raises TooManyRequests.
    """
    return await _once(request, "dynagent.visitor", _visitor)


async def _once(request: HTTPConnection, key: str, find: Callable[[HTTPConnection], Awaitable[Caller]]) -> Caller:
    if key not in request.scope:
        request.scope[key] = await find(request)
    return request.scope[key]


async def _caller(request: HTTPConnection) -> Caller:
    header = request.headers.get("authorization")
    if header is None:
        if not door_of(request).sign_in_required:
            return LOCAL_ADMIN
        await visitor_of_request(request)
        raise NotSignedIn("sign in first, or send an access key: Authorization: Bearer <token>")
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise BadToken("Authorization: write Bearer, a space, and the token or access key")
    return await _known(request, Authenticate(token=token.strip(), address=address_of(request)))


async def _visitor(request: HTTPConnection) -> Caller:
    door, address = door_of(request), address_of(request)
    if door.sign_in_required:
        await door.rates.admit(f"address:{address}", door.address_rate)
    return replace(ANONYMOUS, address=address)


async def watcher_of_request(
    request: HTTPConnection,
    ticket: Annotated[
        str | None, Query(max_length=200, description="A stream ticket, for EventSource, which sends no headers.")
    ] = None,
) -> Caller:
    """Return who wants to watch an execution: by header as everywhere, or by a ticket that stands in the URL."""
    if ticket is None or "authorization" in request.headers:
        return await caller_of_request(request)
    return await _known(request, Authenticate(token=ticket, ticket=True, address=address_of(request)))


async def caller_of_socket(socket: HTTPConnection, token: str | None, ticket: str | None) -> Caller:
    """Return who opens a socket: by header, by a `token` of its subprotocols, by a ticket; else as everywhere.

    Browsers send no headers of their own with a socket. Raises as `caller_of_request` does.
    """
    if token is not None and "authorization" not in socket.headers:
        return await _known(socket, Authenticate(token=token, address=address_of(socket)))
    return await watcher_of_request(socket, ticket)


VisitorOf = Annotated[Caller, Depends(visitor_of_request)]
WatcherOf = Annotated[Caller, Depends(watcher_of_request)]


def door_of(request: HTTPConnection) -> FrontDoor:
    """Return how requests are let in."""
    return getattr(request.app.state, "door", None) or FrontDoor()


def address_of(request: HTTPConnection) -> str:
    """Return the client's address, as the server (or the proxies it trusts) says."""
    return request.client.host if request.client else ""


def device_of(request: HTTPConnection) -> Device:
    """Return where a request comes from."""
    return Device(address_of(request), request.headers.get("user-agent", ""))


async def _known(request: HTTPConnection, message: Authenticate) -> Caller:
    door = door_of(request)
    try:
        caller: Caller = await request.app.state.bus.send(message, ANONYMOUS)
    except BadToken:
        await door.rates.admit(f"address:{message.address}", door.address_rate)
        raise
    structlog.contextvars.bind_contextvars(user_id=caller.user_id)
    await door.rates.admit(f"user:{caller.user_id}", door.user_rate)
    return caller
