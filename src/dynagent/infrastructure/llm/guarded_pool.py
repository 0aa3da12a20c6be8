"""The wire client's connections to addresses that users gave: resolved once, vetted, connected to as vetted."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from dynagent.core.language_models import ModelRefused
from dynagent.infrastructure.http.addresses import AddressForbidden, AllowList, vet
from dynagent.infrastructure.llm.http_connection import Connection
from dynagent.infrastructure.llm.http_pool import HttpPool

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
        return obstacle_at(self._host, self._port, self.allowed, known=self.forbidden)

    async def _connect(self, deadline: float) -> Connection:
        try:
            return await super()._connect(deadline)
        except AddressForbidden as error:
            self.forbidden = error.detail
            words = f"the model endpoint cannot be asked: {error.detail}, or an administrator on the page Models"
            raise ModelRefused(words, extra={NOT_ASKED: True}) from None

    async def _open(self) -> Connection:
        if self._proxy is not None:
            await self._vet_before_a_proxy()
            return await self._through(self._proxy)
        addresses = vet(self._host, self._port, await self._resolve(self._host, self._port), self.allowed)
        self.forbidden = ""
        return await self._connect_to_one_of(addresses)

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


def obstacle_at(host: str, port: int, allowed: AllowList, *, known: str = "") -> str:
    """Return why an address cannot be spoken to, as far as can be told without asking for a name; empty when it can.

    `known` is what is known of the address of a name.
    """
    try:
        literal = "127.0.0.1" if host == "localhost" else host
        vet(host, port, [str(ipaddress.ip_address(literal))], allowed)
    except AddressForbidden as error:
        return error.detail
    except ValueError:
        return "" if allowed.names(host, port) else known
    return ""
