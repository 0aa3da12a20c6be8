"""Where the server listens: the address is checked and taken before anything else is started."""

import errno
import ipaddress
import socket

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from dynagent.cli.failures import CannotStart


class ServerSettings(BaseSettings):
    """Address and port of the server; `stop_timeout_s` is how long open answers may take once it is told to stop.

    More than `max_connections` at once are answered with 503 and closed, before anything is read of them.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True, frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    stop_timeout_s: int = Field(default=1, ge=0, le=60)
    max_connections: int = Field(default=20_000, ge=10, le=1_000_000)


def take_address(host: str, port: int, *, loopback_only: bool = True) -> socket.socket:
    """Return a listening socket; connections wait until somebody accepts them. Raises CannotStart with one line."""
    family, address = _resolve(host, port, loopback_only=loopback_only)
    listener = socket.socket(family, socket.SOCK_STREAM)
    # Otherwise a server that was just stopped would keep the port for a minute.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        # Two processes may both bind with SO_REUSEADDR; only listening tells whether the port is free.
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise CannotStart(_why_not(error, host, port)) from error
    listener.setblocking(False)
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the base URL of a bound socket, as it can be opened on this machine."""
    bound, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bound, str(bound))  # noqa: S104 - read, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _resolve(host: str, port: int, *, loopback_only: bool) -> tuple[socket.AddressFamily, tuple[str, int]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise CannotStart(f"HOST {host!r} is no address of this machine ({error.strerror})") from error
    near = all(ipaddress.ip_address(str(entry[4][0]).partition("%")[0]).is_loopback for entry in found)
    if loopback_only and not near:
        raise CannotStart(
            f"refusing to listen on {host} with AUTH_MODE=local: whoever reached that address would be administrator. "
            "Set AUTH_MODE=required, or listen on 127.0.0.1 and reach it through an SSH tunnel."
        )
    # IPv4 first where a name means both: that is what the printed commands use.
    family, _, _, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    return family, (str(address[0]), int(address[1]))


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is in use: stop the other program, or choose another port with PORT=8001"
    if error.errno == errno.EACCES:
        return f"port {port} needs rights that this user does not have: choose one above 1023 with PORT=8000"
    return f"cannot listen on {host}:{port} ({error.strerror})"
