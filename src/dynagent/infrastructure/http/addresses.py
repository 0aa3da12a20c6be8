"""Which addresses may be spoken to: every one that is publicly routable, and what the operator allows besides."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from dynagent.core.shared.errors import DynagentError, ErrorKind

Address = IPv4Address | IPv6Address

# Written out instead of relying on `is_global` alone: its tables differ between patch releases of Python.
_CLOSED_V4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",  # Azure's metadata and wire server stands in a public range
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",
        ),
    )
)
_OPEN_V6 = IPv6Network("2000::/3")
_CLOSED_V6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
_NAT64 = IPv6Network("64:ff9b::/96")


class AddressForbidden(DynagentError):
    """The URL, or what its host's name stands for, is not to be spoken to from this server."""

    kind = ErrorKind.INVALID
    code = "address_forbidden"


@dataclass(frozen=True, slots=True)
class AllowList:
    """Exceptions an operator makes: `host:port` as spelled in the URL, or networks in CIDR form (any port).

    A `host:port` entry is never matched by another name that resolves to the same address.
    """

    endpoints: frozenset[tuple[str, int]] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "AllowList":
        """Read `localhost:11434, 10.1.0.0/16, [::1]:8080`. Raises ValueError with the entry that cannot be read."""
        entries = [entry.strip() for entry in text.split(",") if entry.strip()]
        networks = tuple(_network(entry) for entry in entries if "/" in entry)
        return cls(frozenset(_endpoint(entry) for entry in entries if "/" not in entry), networks)

    def names(self, host: str, port: int) -> bool:
        """Say whether this very host and port are allowed, wherever the name leads."""
        return (host.lower().rstrip("."), port) in self.endpoints

    def covers(self, address: Address) -> bool:
        """Say whether the address lies in an allowed network."""
        return any(address.version == network.version and address in network for network in self.networks)


def vet(host: str, port: int, answers: Sequence[str], allowed: AllowList) -> list[str]:
    """Return the addresses to connect to, as literals. One bad answer spoils all. Raises AddressForbidden."""
    addresses = [ipaddress.ip_address(answer) for answer in answers]
    if not allowed.names(host, port):
        for address in addresses:
            if not (is_public(address) or allowed.covers(plain(address))):
                raise AddressForbidden(
                    f"{host!r} leads to {address}, which is not a public address; "
                    f"an operator can allow it with OUTBOUND_ALLOW={host}:{port}"
                )
    return [str(address) for address in addresses]


def is_public(address: Address) -> bool:
    """Say whether the address is globally routable unicast; an IPv4 address inside an IPv6 one is what counts."""
    bare = plain(address)
    if isinstance(bare, IPv4Address):
        return bare.is_global and not any(bare in network for network in _CLOSED_V4)
    return bare.scope_id is None and bare in _OPEN_V6 and not any(bare in network for network in _CLOSED_V6)


def plain(address: Address) -> Address:
    """Return the IPv4 address that a mapped or NAT64 address carries, any other address as it is."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _network(entry: str) -> IPv4Network | IPv6Network:
    try:
        return ipaddress.ip_network(entry)
    except ValueError as error:
        raise ValueError(f"OUTBOUND_ALLOW: {entry!r} is no network ({error})") from None


def _endpoint(entry: str) -> tuple[str, int]:
    host, colon, port = entry.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if not colon or not host or not port.isascii() or not port.isdigit() or (":" in host and not bracketed):
        raise ValueError(f"OUTBOUND_ALLOW: {entry!r} is neither host:port nor a network such as 10.1.0.0/16")
    return host.strip("[]").lower().rstrip("."), int(port)
