"""The guarded outbound client: whatever URL a user, a model or a redirect names goes through here.

A name is resolved once, every answer is vetted, and the connection is made to the vetted address itself, so that a name
cannot change its mind in between. This happens below the HTTP client, for each new connection, redirects included.
"""

import asyncio
import socket
import ssl
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing, suppress
from functools import lru_cache
from typing import Any, cast

import httpcore2
import httpx2
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from dynagent.core.shared.errors import DynagentError, ErrorKind
from dynagent.infrastructure.http.addresses import AddressForbidden, AllowList, vet

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the addresses of a host as literals. Raises OSError when the name is unknown."""

_DEADLINE = "dynagent.deadline"


class ResponseTooLarge(DynagentError):
    """The answer is longer than the limit, counted after decompression."""

    kind = ErrorKind.UPSTREAM_FAILED
    code = "response_too_large"


class OutboundTimeout(DynagentError):
    """The whole exchange, redirects and body included, took longer than its limit."""

    kind = ErrorKind.UPSTREAM_TIMEOUT
    code = "outbound_timeout"


class OutboundSettings(BaseSettings):
    """Limits of outbound requests: OUTBOUND_ALLOW, _MAX_BYTES, _TIMEOUT_S (whole exchange), _CONNECT_TIMEOUT_S."""

    model_config = SettingsConfigDict(
        env_prefix="OUTBOUND_", env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    allow: str = ""
    max_bytes: int = Field(default=5_000_000, gt=0)
    timeout_s: float = Field(default=20.0, gt=0)
    connect_timeout_s: float = Field(default=5.0, gt=0)

    @field_validator("allow")
    @classmethod
    def _readable(cls, text: str) -> str:
        AllowList.parse(text)
        return text


def guarded_client(
    settings: OutboundSettings, *, resolve: Resolve | None = None, follow_redirects: bool = True, **options: Any
) -> httpx2.AsyncClient:
    """Return a client that speaks http and https to public addresses only; at most five redirects, no proxies.

    `options` go to httpx2.AsyncClient (headers, base_url …). Requests raise AddressForbidden, ResponseTooLarge,
    OutboundTimeout and httpx2's own errors for the network's faults.
    """
    transport = GuardedTransport(settings, resolve=resolve)
    timeout = httpx2.Timeout(settings.timeout_s, connect=settings.connect_timeout_s)
    return httpx2.AsyncClient(
        timeout=timeout,
        transport=transport,
        trust_env=False,
        follow_redirects=follow_redirects,
        max_redirects=5,
        **options,
    )


class GuardedTransport(httpx2.AsyncHTTPTransport):
    """httpx2's transport over a pool that connects to vetted addresses only, with limits on size and time."""

    def __init__(self, settings: OutboundSettings, *, resolve: Resolve | None = None, http2: bool = False) -> None:
        context = _tls_context()
        super().__init__(verify=context, trust_env=False)
        backend = _VettedBackend(resolve or _system_resolve, AllowList.parse(settings.allow))
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=context,
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=15.0,
            http2=http2,
            network_backend=backend,
        )
        self._settings = settings

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request (a redirect is another one). Raises as `guarded_client` says."""
        if request.url.scheme not in ("http", "https"):
            raise AddressForbidden(f"only http and https addresses can be fetched, not {request.url.scheme!r}")
        now = asyncio.get_running_loop().time()
        deadline: float = request.extensions.setdefault(_DEADLINE, now + self._settings.timeout_s)
        request.headers["Accept-Encoding"] = "gzip"
        response = await _before(deadline, super().handle_async_request(request))
        encoding = response.headers.pop("Content-Encoding", "identity").strip().lower()
        if not isinstance(response.stream, httpx2.AsyncByteStream):
            raise TypeError("an asynchronous transport gave a synchronous body")
        response.stream = _BoundedBody(response.stream, encoding, self._settings.max_bytes, deadline)
        return response


class _VettedBackend(httpcore2.AsyncNetworkBackend):
    """Resolves, vets and connects to the vetted literal; TLS still checks the name that was asked for."""

    def __init__(self, resolve: Resolve, allowed: AllowList) -> None:
        self._resolve = resolve
        self._allowed = allowed
        self._sockets = cast(httpcore2.AsyncNetworkBackend, httpcore2.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                answers = await self._resolve(host, port)
        except TimeoutError:
            raise httpcore2.ConnectTimeout(f"no address for {host!r} within {timeout} s") from None
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"no address for {host!r}: {error}") from error
        addresses = vet(host, port, answers, self._allowed)
        for address in addresses[:-1]:
            with suppress(httpcore2.ConnectError, httpcore2.ConnectTimeout):
                return await self._sockets.connect_tcp(address, port, timeout, local_address, socket_options)
        if not addresses:
            raise httpcore2.ConnectError(f"no address for {host!r}")
        return await self._sockets.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.AsyncNetworkStream:
        raise AddressForbidden("unix sockets cannot be fetched from")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _BoundedBody(httpx2.AsyncByteStream):
    """A body that is decompressed in bounded steps and ends with an error at its size or time limit."""

    def __init__(self, inner: httpx2.AsyncByteStream, encoding: str, max_bytes: int, deadline: float) -> None:
        self._inner = inner
        self._encoding = encoding
        self._left = max_bytes
        self._max_bytes = max_bytes
        self._deadline = deadline

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise httpx2.DecodingError(f"the answer is encoded as {self._encoding!r}, which nobody asked for")
        inflate = None if self._encoding in ("", "identity") else zlib.decompressobj(wbits=47)
        async with aclosing(_iterator(self._inner)) as pieces:
            while (piece := await _before(self._deadline, anext(pieces, None))) is not None:
                for part in _inflated(inflate, piece) if inflate else (piece,):
                    self._left -= len(part)
                    if self._left < 0:
                        raise ResponseTooLarge(f"the answer is longer than {self._max_bytes} bytes")
                    yield part

    async def aclose(self) -> None:
        await self._inner.aclose()


async def _iterator(stream: httpx2.AsyncByteStream) -> AsyncGenerator[bytes, None]:
    async for piece in stream:
        yield piece


def _inflated(inflate: Any, piece: bytes) -> Iterable[bytes]:
    try:
        while piece and not inflate.eof:
            yield inflate.decompress(piece, 65_536)
            piece = inflate.unconsumed_tail
    except zlib.error as error:
        raise httpx2.DecodingError(f"the answer's compression cannot be read: {error}") from error


async def _before(deadline: float, step: Awaitable[Any]) -> Any:
    try:
        async with asyncio.timeout_at(deadline):
            return await step
    except TimeoutError:
        raise OutboundTimeout("the exchange took longer than OUTBOUND_TIMEOUT_S allows") from None


async def _system_resolve(host: str, port: int) -> Sequence[str]:
    loop = asyncio.get_running_loop()
    answers = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


@lru_cache(maxsize=1)
def _tls_context() -> ssl.SSLContext:
    # Parsing the trust anchors takes 20 ms; one context serves every client.
    return httpx2.create_ssl_context(trust_env=False)
