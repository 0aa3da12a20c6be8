"""Connections through a proxy: CONNECT of HTTP, SOCKS 5 and 4; the target's TLS is spoken inside.

Names are handed to the proxy as they are: behind one there is often no other way to know them.
"""

import asyncio
import base64
import ipaddress
import socket
import ssl
import struct
from contextlib import suppress

from dynagent.core.language_models import ModelRefused, ModelUnavailable
from dynagent.infrastructure.llm.http_connection import Connection
from dynagent.infrastructure.llm.proxies import Proxy

_MAX_HEAD = 16 * 1024
_SOCKS5_WORDS = {
    1: "general failure",
    2: "not allowed by its rules",
    3: "network unreachable",
    4: "host unreachable",
    5: "connection refused",
    6: "time to live expired",
    7: "command not supported",
    8: "kind of address not supported",
}


class ProxyFailed(Exception):
    """A proxy did not do what it was asked; the words name it and hold no password."""


async def open_through(
    proxy: Proxy, connection: Connection, host: str, port: int, *, tls: ssl.SSLContext | None, relays: bool
) -> None:
    """Connect `connection` to host and port through the proxy; when it `relays` it is only connected to.

    Raises ModelUnavailable, ModelRefused, OSError, ssl.SSLError.
    """
    loop = connection.loop
    try:
        outer = ssl.create_default_context() if proxy.scheme == "https" else None
        transport, talk = await loop.create_connection(lambda: _Talk(loop), proxy.host, proxy.port, ssl=outer)
    except ssl.SSLCertVerificationError as error:
        raise ModelRefused(f"the certificate of the proxy {proxy.shown} is not trusted ({error.reason})") from error
    except (OSError, UnicodeError) as error:
        raise ModelUnavailable(f"the proxy {proxy.shown} cannot be reached: {error}") from error
    try:
        if not relays:
            await _ask(proxy, talk, host, port)
        if tls is not None:
            transport = await _start_tls(transport, connection, tls, host)
        else:
            transport.set_protocol(connection)
        connection.connection_made(transport)
    except ProxyFailed as error:
        _abort(transport)
        raise ModelUnavailable(f"the proxy {proxy.shown} made no connection to {host}: {error}") from None
    except BaseException:
        _abort(transport)
        raise


async def _start_tls(
    transport: asyncio.Transport, connection: Connection, tls: ssl.SSLContext, host: str
) -> asyncio.Transport:
    try:
        inner = await connection.loop.start_tls(transport, connection, tls, server_hostname=host)
    except TypeError as error:
        # asyncio 3.11 trips over itself where TLS inside TLS fails, and hides what it was.
        why = error.__context__
        raise why if isinstance(why, ssl.SSLError) else ConnectionError("TLS with the endpoint failed") from None
    if inner is None:
        raise ConnectionError("the connection ended")
    return inner


def _abort(transport: asyncio.Transport) -> None:
    # As above; the connection is closed all the same.
    with suppress(AttributeError):
        transport.abort()


def authorization(proxy: Proxy) -> str:
    """Return the header line with the proxy's credentials, empty without any."""
    if proxy.user is None:
        return ""
    credentials = base64.b64encode(f"{proxy.user}:{proxy.password}".encode()).decode()
    return f"Proxy-Authorization: Basic {credentials}\r\n"


async def _ask(proxy: Proxy, talk: "_Talk", host: str, port: int) -> None:
    if proxy.is_http:
        await _connect(proxy, talk, host, port)
    elif proxy.scheme.startswith("socks4"):
        await _socks4(proxy, talk, host, port)
    else:
        await _socks5(proxy, talk, host, port)


async def _connect(proxy: Proxy, talk: "_Talk", host: str, port: int) -> None:
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    talk.write(f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{authorization(proxy)}\r\n".encode("latin-1"))
    head = (await talk.until(b"\r\n\r\n")).split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
    status = head[1] if len(head) > 1 else ""
    if status == "407":
        raise ModelRefused(f"the proxy {proxy.shown} wants other credentials (407)")
    if not status.startswith("2"):
        raise ProxyFailed(f"it answered {' '.join(head[1:])[:200] or 'what is no HTTP'}")


async def _socks5(proxy: Proxy, talk: "_Talk", host: str, port: int) -> None:
    talk.write(b"\x05\x01\x00" if proxy.user is None else b"\x05\x02\x00\x02")
    version, method = await talk.exactly(2)
    if version != 5:
        raise ProxyFailed("it does not speak SOCKS 5")
    if method == 2 and proxy.user is not None:
        user, password = proxy.user.encode()[:255], proxy.password.encode()[:255]
        talk.write(b"\x01%c%b%c%b" % (len(user), user, len(password), password))
        if (await talk.exactly(2))[1] != 0:
            raise ModelRefused(f"the proxy {proxy.shown} does not take its credentials")
    elif method != 0:
        raise ModelRefused(f"the proxy {proxy.shown} wants other credentials")
    talk.write(b"\x05\x01\x00" + _socks5_address(host) + struct.pack("!H", port))
    _, answer, _, kind = await talk.exactly(4)
    if answer != 0:
        raise ProxyFailed(_SOCKS5_WORDS.get(answer, f"SOCKS error {answer}"))
    length = (await talk.exactly(1))[0] if kind == 3 else 4 if kind == 1 else 16
    await talk.exactly(length + 2)


def _socks5_address(host: str) -> bytes:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        name = host.encode("idna")
        return b"\x03%c%b" % (len(name), name)
    return (b"\x01" if address.version == 4 else b"\x04") + address.packed


async def _socks4(proxy: Proxy, talk: "_Talk", host: str, port: int) -> None:
    address, name = b"\x00\x00\x00\x01", host.encode("idna") + b"\x00"
    try:
        address, name = ipaddress.IPv4Address(host).packed, b""
    except ValueError:
        if proxy.scheme == "socks4":
            found = await asyncio.get_running_loop().getaddrinfo(host, port, family=socket.AF_INET)
            address, name = ipaddress.IPv4Address(str(found[0][4][0])).packed, b""
    user = (proxy.user or "").encode() + b"\x00"
    talk.write(b"\x04\x01" + struct.pack("!H", port) + address + user + name)
    answer = await talk.exactly(8)
    if answer[1] != 90:
        raise ProxyFailed(f"SOCKS error {answer[1]}")


class _Talk(asyncio.Protocol):
    """The few words with a proxy before the connection is the target's."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._held = bytearray()
        self._ended = False
        self._news: asyncio.Future[None] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Hold what came."""
        self._held += data
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more comes."""
        self._ended = True
        self._wake()

    def write(self, data: bytes) -> None:
        """Send."""
        assert self._transport is not None
        self._transport.write(data)

    async def exactly(self, count: int) -> bytes:
        """Return so many bytes. Raises ProxyFailed when the connection ends before."""
        while len(self._held) < count:
            await self._more()
        return self._taken(count)

    async def until(self, end: bytes) -> bytes:
        """Return what came up to and with `end`. Raises ProxyFailed."""
        while (at := self._held.find(end)) < 0:
            if len(self._held) > _MAX_HEAD:
                raise ProxyFailed("its answer is too long")
            await self._more()
        return self._taken(at + len(end))

    async def _more(self) -> None:
        if self._ended:
            raise ProxyFailed("it broke off the connection")
        self._news = self._loop.create_future()
        await self._news

    def _wake(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    def _taken(self, count: int) -> bytes:
        taken = bytes(self._held[:count])
        del self._held[:count]
        return taken
