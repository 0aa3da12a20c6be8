"""Granted hosts: `host:port`, `*.host:port`, `[v6]:port`; matched before anything is resolved."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

DEFAULT_PORT = 443
_HOST = re.compile(r"[\w.:-]{1,253}")


@dataclass(frozen=True, slots=True)
class Grant:
    """One host (or all below it, with `below`) on one port; a trusted one may lead to a private address."""

    host: str
    port: int
    below: bool = False
    trusted: bool = False

    @classmethod
    def parse(cls, text: str, *, trusted: bool = False) -> "Grant":
        """Read one entry; without a port, 443. Raises ValueError."""
        host, separator, port = text.strip().rpartition(":")
        if not separator or (host.count(":") and not host.endswith("]")):
            host, port = text.strip(), str(DEFAULT_PORT)
        host = host.strip("[]").lower().rstrip(".")
        below = host.startswith("*.")
        host = host.removeprefix("*.")
        number = int(port) if port.isascii() and port.isdigit() else 0
        if not _HOST.fullmatch(host) or not 0 < number < 65536:
            raise ValueError(f"{text!r} is not host:port")
        return cls(host, number, below, trusted)

    def covers(self, host: str, port: int) -> bool:
        """Say whether this grant is for that host and port; `*.example.com` is not for example.com itself."""
        name = host.lower().rstrip(".")
        return port == self.port and (name.endswith("." + self.host) if self.below else name == self.host)

    @property
    def may_be_private(self) -> bool:
        """Say whether the operator vouches for it, or the grant names an address literally (localhost is one)."""
        return self.trusted or (not self.below and (self.host == "localhost" or is_literal(self.host)))


def is_literal(host: str) -> bool:
    """Say whether a host is an IP address, written out."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def unreadable_grants(entries: Iterable[str]) -> list[str]:
    """Return the entries of a policy that are not host:port."""
    return [entry for entry in entries if not parse_grants([entry])]


def parse_grants(entries: Iterable[str]) -> tuple[Grant, ...]:
    """Return the grants of a policy; entries that are not host:port grant nothing."""
    found: list[Grant] = []
    for entry in entries:
        try:
            found.append(Grant.parse(entry))
        except ValueError:
            continue
    return tuple(found)
