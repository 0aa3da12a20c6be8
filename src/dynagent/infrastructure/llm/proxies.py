"""Proxies that the environment names: whether one stands before an endpoint, and whether it can be used."""

import importlib.util
import urllib.request
from urllib.parse import urlsplit

_PLAIN = ("http", "https")
_SOCKS = ("socks5", "socks5h", "socks4", "socks4a")


def is_proxied(url: str) -> bool:
    """Say whether a proxy is configured for this address; the wire client knows none, the other lane serves then."""
    parts = urlsplit(url)
    proxies = urllib.request.getproxies()
    return (parts.scheme in proxies or "all" in proxies) and not urllib.request.proxy_bypass(parts.hostname or "")


def unusable_proxy() -> str | None:
    """Return in one line which proxy cannot be used and what is missing, None when all can be."""
    for name, proxy in urllib.request.getproxies().items():
        if name not in (*_PLAIN, "all") or "://" not in proxy:
            continue
        parts = urlsplit(proxy)
        shown = f"{name.upper()}_PROXY={parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        if parts.scheme in _SOCKS[:2] and importlib.util.find_spec("socksio") is not None:
            continue
        if parts.scheme in _SOCKS:
            return f"{shown} is a SOCKS proxy: install the Python package socksio to use it, or unset it"
        if parts.scheme not in _PLAIN:
            return f"{shown} is no proxy that can be used: only http, https and (with socksio) socks5 ones can"
    return None
