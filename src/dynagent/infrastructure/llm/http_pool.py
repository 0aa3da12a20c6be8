"""HTTP/1.1 to one endpoint: kept-alive connections on asyncio and httptools, the body handed on as it arrives.

Why not httpx: a reply of sixty pieces costs it about a millisecond and a half, most of it in per-chunk objects and
task wake-ups; here the pieces go from the socket's callback straight to the reader (docs/decisions/0007).
"""

import asyncio
import ssl
from collections import deque
from typing import Protocol
from urllib.parse import urlsplit

import certifi

from dynagent.core.language_models import ModelError, ModelRefused, ModelTimeout, ModelUnavailable
from dynagent.infrastructure.llm.http_connection import Connection, ConnectionBroken, Patience
from dynagent.infrastructure.llm.proxies import Proxy, proxy_for, unusable_proxy
from dynagent.infrastructure.llm.tunnels import authorization, open_through

CONNECT_TIMEOUT_S = 10.0
IDLE_CONNECTION_S = 20.0


class Sink(Protocol):
    """Whoever reads a response; what it raises ends the exchange."""

    def on_head(self, status: int, headers: dict[str, str]) -> None:
        """The head is there; header names in lower case."""
        ...

    def on_body(self, data: bytes) -> float | None:
        """A piece of the body; returns in how many seconds the response counts as ended, None: not before it ends."""
        ...


def host_and_port(url: str) -> tuple[str, int]:
    """Return where an endpoint is. Raises ModelRefused for what is no http(s) URL."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ModelRefused(f"the model endpoint's URL is not of the form http(s)://host/path: {url!r}")
    return parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


class HttpPool:
    """The connections to one base URL (`https://host/v1`). Grows as needed; the runs' own limits bound it."""

    def __init__(self, base_url: str, headers: dict[str, str]) -> None:
        parts = urlsplit(base_url)
        self._host, self._port = host_and_port(base_url)
        self.url = base_url
        self._tls = parts.scheme == "https"
        self._path = parts.path.rstrip("/")
        fixed = {"Host": parts.netloc.rpartition("@")[2], **headers}
        self._head = "".join(f"{name}: {_header_value(value)}\r\n" for name, value in fixed.items())
        if why := unusable_proxy(base_url, "wire"):
            raise ModelRefused(why)
        self._proxy = proxy_for(base_url)
        # An HTTP proxy passes plain requests on that name the whole address; everything else goes through a tunnel.
        self._relayed = self._proxy is not None and self._proxy.is_http and not self._tls
        if self._proxy is not None and self._relayed:
            self._path = f"http://{fixed['Host']}{self._path}"
            self._head += authorization(self._proxy)
        self._idle: deque[tuple[float, Connection]] = deque()
        self._ssl: ssl.SSLContext | None = None

    async def post(self, path: str, body: bytes, sink: Sink, *, timeout_s: float, idle_timeout_s: float) -> None:
        """Send JSON and hand the response to `sink`. Raises ModelTimeout, ModelUnavailable and what the sink raises.

        Cancelling closes the connection, so the endpoint stops working for nobody.
        """
        patience = Patience(asyncio.get_running_loop().time() + timeout_s, idle_timeout_s)
        head = f"POST {self._path}{path} HTTP/1.1\r\n{self._head}Content-Length: {len(body)}\r\n\r\n"
        await self._send(head.encode("latin-1") + body, sink, patience)

    async def get(self, path: str, sink: Sink, *, timeout_s: float) -> None:
        """As `post`, for what is read only."""
        patience = Patience(asyncio.get_running_loop().time() + timeout_s, timeout_s)
        await self._send(f"GET {self._path}{path} HTTP/1.1\r\n{self._head}\r\n".encode("latin-1"), sink, patience)

    async def _send(self, request: bytes, sink: Sink, patience: Patience) -> None:
        try:
            connection = self._pooled()
            if connection is not None:
                try:
                    return await self._exchange(connection, request, sink, patience)
                except ConnectionBroken as broken:
                    # The other side closed a kept connection just as we used it: nothing was read, so ask anew.
                    if broken.started:
                        raise
            connection = await self._connect(patience.deadline)
            return await self._exchange(connection, request, sink, patience)
        except ConnectionBroken as broken:
            raise ModelUnavailable(f"the model endpoint at {self._host} broke off the connection") from broken

    async def aclose(self) -> None:
        """Close the connections that wait for work."""
        self.drop_idle()

    def drop_idle(self) -> None:
        """Close the connections that wait for work; later calls make new ones."""
        while self._idle:
            self._idle.pop()[1].close()

    async def _exchange(self, connection: Connection, request: bytes, sink: Sink, patience: Patience) -> None:
        await connection.exchange(request, sink, patience)
        if connection.reusable:
            now = connection.loop.time()
            self._idle.append((now, connection))
            while self._idle[0][0] < now - IDLE_CONNECTION_S:
                self._idle.popleft()[1].close()

    def _pooled(self) -> Connection | None:
        loop = asyncio.get_running_loop()
        while self._idle:
            since, connection = self._idle.pop()
            if connection.loop is loop and connection.reusable and since >= loop.time() - IDLE_CONNECTION_S:
                return connection
            connection.close()
        return None

    async def _connect(self, deadline: float) -> Connection:
        limit = min(deadline, asyncio.get_running_loop().time() + CONNECT_TIMEOUT_S)
        try:
            async with asyncio.timeout_at(limit):
                return await self._open()
        except TimeoutError as error:
            raise _unreachable(self._host, ModelTimeout, "no connection in time") from error
        except ssl.SSLCertVerificationError as error:
            raise _unreachable(self._host, ModelRefused, f"its certificate is not trusted ({error.reason})") from error
        except (OSError, UnicodeError) as error:
            raise _unreachable(self._host, ModelUnavailable, str(error) or type(error).__name__) from error

    async def _open(self) -> Connection:
        """Return a new connection. Raises OSError, UnicodeError for a name that is none."""
        if self._proxy is not None:
            return await self._through(self._proxy)
        return await self._connect_to(self._host)

    async def _connect_to(self, address: str) -> Connection:
        """Return a connection to an address of the host's, whose certificate is to be the host's."""
        loop, context = asyncio.get_running_loop(), self._ssl_context()
        name = self._host if context else None
        _, connection = await loop.create_connection(
            lambda: Connection(loop), address, self._port, ssl=context, server_hostname=name
        )
        return connection

    async def _through(self, proxy: Proxy) -> Connection:
        connection = Connection(asyncio.get_running_loop())
        context = self._ssl_context()
        await open_through(proxy, connection, self._host, self._port, tls=context, relays=self._relayed)
        return connection

    def _ssl_context(self) -> ssl.SSLContext | None:
        if self._tls and self._ssl is None:
            # The machine's own authorities (SSL_CERT_FILE and SSL_CERT_DIR are honoured), and the shipped ones.
            self._ssl = ssl.create_default_context()
            self._ssl.load_verify_locations(certifi.where())
        return self._ssl


def _unreachable(host: str, kind: type[ModelError], why: str) -> ModelError:
    return kind(f"the model endpoint at {host} cannot be reached: {why}")


def _header_value(value: str) -> str:
    if any(character < " " or character > "\xff" for character in value):
        raise ModelRefused("a header for the model endpoint holds characters that HTTP forbids; check the API key")
    return value
