"""Proxies that the environment names: which one stands before an address, and whether it can be used."""

import importlib.util
import ipaddress
import urllib.request
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote, urlsplit

Client = Literal["wire", "langchain"]

_HTTP = ("http", "https")
_SOCKS5 = ("socks5", "socks5h", "socks")
_SOCKS4 = ("socks4", "socks4a")
_PORTS = {"http": 80, "https": 443}
_SOCKS_PORT = 1080


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy as a variable names it; `variable` and `shown` may be told, user and password may not."""

    variable: str
    scheme: str
    host: str
    port: int
    user: str | None = field(default=None, repr=False)
    password: str = field(default="", repr=False)

    @property
    def shown(self) -> str:
        """The variable and its value without what is secret in it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.variable}={self.scheme}://{host}:{self.port}"

    @property
    def is_http(self) -> bool:
        """Whether it speaks HTTP; otherwise it is a SOCKS proxy."""
        return self.scheme in _HTTP


def proxy_for(url: str) -> Proxy | None:
    """Return the proxy for an address: HTTP_PROXY or HTTPS_PROXY, else ALL_PROXY, unless NO_PROXY names the host.

    Raises ValueError with the variable for what is no address of a proxy.
    """
    parts, proxies = urlsplit(url), urllib.request.getproxies()
    name = parts.scheme if parts.scheme in proxies else "all"
    if name not in proxies or is_excepted(proxies.get("no", ""), parts.hostname or "", parts.port):
        return None
    return _read(f"{name.upper()}_PROXY", proxies[name])


def is_excepted(no_proxy: str, host: str, port: int | None) -> bool:
    """Say whether NO_PROXY names a host: `*`, names with all below them, `host:port`, addresses, networks."""
    host = host.lower().rstrip(".")
    address = _address(host)
    for entry in (entry.strip().lower() for entry in no_proxy.replace(" ", ",").split(",")):
        if not entry:
            continue
        if entry == "*":
            return True
        name, _, number = entry.rpartition(":") if _has_port(entry) else (entry, "", "")
        if number and port is not None and int(number) != port:
            continue
        name = name.strip("[]")
        if address is not None:
            if _covers(name, address):
                return True
        elif host == name.lstrip("*.") or host.endswith("." + name.lstrip("*.")):
            return True
    return False


def unusable_proxy(url: str, client: Client) -> str | None:
    """Return in one line which proxy before an address cannot be used and what is missing, None when all is well."""
    try:
        proxy = proxy_for(url)
    except ValueError as error:
        return str(error)
    if proxy is None or proxy.is_http:
        return None
    if proxy.scheme not in (*_SOCKS5, *_SOCKS4):
        return f"{proxy.shown} is no proxy that can be used: http, https, socks5, socks5h, socks4 and socks4a ones can"
    if client == "wire":
        return None
    if proxy.scheme not in _SOCKS5[:2]:
        return f"{proxy.shown} cannot be used with MODEL_LANE=langchain: unset that, or give a socks5 address"
    if importlib.util.find_spec("socksio") is None:
        words = "is a SOCKS proxy: install the Python package socksio to use it with LangChain's client"
        return f"{proxy.shown} {words}, or unset it or MODEL_LANE"
    return None


def _read(variable: str, text: str) -> Proxy:
    text = text.strip()
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
        parts = urlsplit("")
    if not host:
        raise ValueError(f"{variable} is not of the form scheme://host:port: set it so, or unset it")
    return Proxy(
        variable=variable,
        scheme=parts.scheme,
        host=host,
        port=port or _PORTS.get(parts.scheme, _SOCKS_PORT),
        user=None if parts.username is None else unquote(parts.username),
        password=unquote(parts.password or ""),
    )


def _has_port(entry: str) -> bool:
    """Say whether an entry ends in a port; an address of version 6 has colons of its own."""
    host, _, port = entry.rpartition(":")
    return bool(host) and port.isascii() and port.isdigit() and (":" not in host or host.endswith("]"))


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _covers(entry: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    try:
        network = ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False
    return network.version == address.version and address in network
