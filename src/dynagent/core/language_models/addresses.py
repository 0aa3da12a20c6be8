"""Private addresses that an administrator allows models to be at."""

import ipaddress
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from dynagent.core.language_models.providers import check_endpoint, origin_of
from dynagent.core.shared.errors import InvalidInput, NotFound, Violation

MAX_ADDRESSES = 200
_NEVER = tuple(
    map(
        ipaddress.ip_network,
        ("0.0.0.0/8", "169.254.0.0/16", "168.63.129.16/32", "224.0.0.0/3", "::/128", "fe80::/10", "ff00::/8"),
    )
)
"""Where a cloud tells a machine its secrets, and what is no place of a server."""


class ModelAddressNotFound(NotFound):
    """No such address was allowed."""

    code = "model_address_not_found"


class ModelAddress(BaseModel):
    """A host as models spell it, with its port; `allowed_by` is the administrator's id."""

    model_config = ConfigDict(frozen=True)

    host: str
    port: int
    allowed_by: str | None
    allowed_at: datetime

    @property
    def shown(self) -> str:
        """Both as a URL has them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def host_and_port(url: str) -> tuple[str, int]:
    """Return what of an endpoint's URL is allowed. Raises InvalidInput for what can be no address of a model."""
    check_endpoint(url)
    host, port = (urlsplit(url).hostname or "").lower().rstrip("."), origin_of(url)[2]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host, port
    if any(address in network for network in _NEVER if network.version == address.version):
        words = "no model is at a link-local, multicast or unspecified address"
        raise InvalidInput("this address is never allowed", violations=[Violation("/endpoint_url", "address", words)])
    return host, port


class ModelAddresses(Protocol):
    """The addresses that were allowed; who may write them is decided by the messages."""

    async def list_all(self) -> list[ModelAddress]:
        """Return all, by host and port."""
        ...

    async def add(self, address: ModelAddress) -> None:
        """Allow one; again does no harm."""
        ...

    async def remove(self, host: str, port: int) -> bool:
        """Take one back; return whether there was one."""
        ...
