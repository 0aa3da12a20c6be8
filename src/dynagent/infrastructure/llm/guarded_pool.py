"""The wire client's connections to addresses that users gave: resolved once, vetted, connected to as vetted."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from dynagent.core.language_models import ModelError, ModelRefused, ModelTimeout, ModelUnavailable
from dynagent.infrastructure.http.addresses import AddressForbidden, AllowList, vet
from dynagent.infrastructure.llm.http_connection import Connection
from dynagent.infrastructure.llm.http_pool import CONNECT_TIMEOUT_S, HttpPool

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the addresses of a host as literals. Raises OSError when the name is unknown."""


async def system_resolve(host: str, port: int) -> Sequence[str]:
    """Ask the operating system."""
    answers = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


NOT_ASKED = "not_asked"
"""In `extra` of an error: the endpoint was not even spoken to, and another model may take its place at once."""


class GuardedHttpPool(HttpPool):
    """As HttpPool, but to public addresses and those an operator allows; TLS still checks the name."""

    def __init__(
        self, base_url: str, headers: dict[str, str], *, allowed: AllowList, resolve: Resolve = system_resolve
    ) -> None:
        super().__init__(base_url, headers)
        self.allowed = allowed
        self.forbidden = ""
        """Why the address was refused when it was last asked; empty when it was not."""
        self._resolve = resolve

    def allow(self, allowed: AllowList) -> None:
        """Go by another list from now on; connections that wait were made under the old one."""
        self.allowed = allowed
        self.forbidden = ""
        self.drop_idle()

    def look(self) -> str:
        """Return why the address cannot be spoken to, as far as can be told without asking for a name."""
        try:
            host = "127.0.0.1" if self._host == "localhost" else self._host
            vet(self._host, self._port, [str(ipaddress.ip_address(host))], self.allowed)
        except AddressForbidden as error:
            return error.detail
        except ValueError:
            return "" if self.allowed.names(self._host, self._port) else self.forbidden
        return ""

    async def _connect(self, deadline: float) -> Connection:
        limit = min(deadline, asyncio.get_running_loop().time() + CONNECT_TIMEOUT_S)
        try:
            async with asyncio.timeout_at(limit):
                if self._proxy is not None:
                    await self._vet_before_a_proxy()
                    return await self._through(self._proxy)
                addresses = vet(self._host, self._port, await self._resolve(self._host, self._port), self.allowed)
                self.forbidden = ""
                return await self._connect_to_one_of(addresses)
        except AddressForbidden as error:
            self.forbidden = error.detail
            words = f"the model endpoint cannot be asked: {error.detail}, or an administrator on the page Models"
            raise ModelRefused(words, extra={NOT_ASKED: True}) from None
        except TimeoutError as error:
            raise ModelTimeout(
                f"the model endpoint at {self._host} cannot be reached: no connection in time"
            ) from error
        except ModelError:
            raise
        except ssl.SSLCertVerificationError as error:
            raise ModelRefused(f"the certificate of {self._host} is not trusted ({error.reason})") from error
        except (OSError, UnicodeError) as error:
            raise ModelUnavailable(f"the model endpoint at {self._host} cannot be reached: {error}") from error

    async def _vet_before_a_proxy(self) -> None:
        """Refuse what is known here to be private. A name that only the proxy knows is the proxy's to judge."""
        try:
            found = await self._resolve(self._host, self._port)
        except OSError:
            return
        vet(self._host, self._port, found, self.allowed)

    async def _connect_to_one_of(self, addresses: Sequence[str]) -> Connection:
        if not addresses:
            raise OSError("the name has no address")
        for address in addresses[:-1]:
            with suppress(ConnectionError):
                return await self._connect_to(address)
        return await self._connect_to(addresses[-1])

    async def _connect_to(self, address: str) -> Connection:
        loop, context = asyncio.get_running_loop(), self._ssl_context()
        _, connection = await loop.create_connection(
            lambda: Connection(loop), address, self._port, ssl=context, server_hostname=self._host if context else None
        )
        return connection
