"""Connects on behalf of a tool: checks the host against its grants, vets the resolved address, passes the socket."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from dynagent.infrastructure.http.addresses import is_public, plain
from dynagent.infrastructure.sandbox.grants import Grant, is_literal

CONNECTIONS_PER_CALL = 32
_TIMEOUT_S = 5.0

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Returns the addresses of a name, as text."""


@dataclass(frozen=True, slots=True)
class Passage:
    """The broker's decision: a connected socket, or why there is none; `address` is the vetted one."""

    verdict: str
    connected: socket.socket | None = None
    address: str | None = None
    detail: str = ""


async def resolve_name(host: str, port: int) -> list[str]:
    """Return the addresses that this machine's resolver gives. Raises OSError."""
    answers = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


class Broker:
    """Opens granted TCP connections. A name is matched first, resolved once, and the vetted address is connected."""

    def __init__(self, resolve: Resolve = resolve_name) -> None:
        self._resolve = resolve

    async def connect(self, host: str, port: int, grants: tuple[Grant, ...]) -> Passage:
        """Return a passage to host:port; never raises but for cancellation."""
        grant = next((grant for grant in grants if grant.covers(host, port)), None)
        if grant is None:
            return Passage("not_granted", detail=f"{host}:{port} is not among the tool's granted hosts")
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                return await self._open(host, port, grant)
        except TimeoutError:
            return Passage("timeout", detail=f"no connection within {_TIMEOUT_S:g} s")
        except (OSError, UnicodeError) as error:
            return Passage("failed", detail=str(error)[:200])

    async def _open(self, host: str, port: int, grant: Grant) -> Passage:
        addresses = [host] if is_literal(host) else await self._resolve(host, port)
        last: OSError = OSError(f"{host} has no address")
        for address in addresses:
            if not grant.may_be_private and not is_public(plain(ipaddress.ip_address(address))):
                return Passage("private_address", address=address, detail=f"{host} leads to {address}, not public")
        for address in addresses[:4]:
            try:
                return Passage("connected", await _connected(address, port), address)
            except OSError as error:
                last = error
        raise last


async def _connected(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    client = socket.socket(family, socket.SOCK_STREAM)
    client.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(client, (address, port))
    except BaseException:
        client.close()
        raise
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def asked_for(message: dict[str, Any]) -> tuple[str, int] | None:
    """Return (host, port) of a child's request, or None when it is not one."""
    host, port = message.get("host"), message.get("port")
    if not isinstance(host, str) or type(port) is not int or not 0 < port < 65536 or not 0 < len(host) < 256:
        return None
    return host, port
