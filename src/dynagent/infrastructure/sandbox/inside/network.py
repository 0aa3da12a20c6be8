"""The child's side of granted network: names get placeholder addresses, connects are asked of the server's broker.

This is plumbing, not a boundary: whoever goes round it meets a filter that refuses to connect.
"""

import asyncio
import asyncio.selector_events
import contextlib
import errno
import ipaddress
import os
import socket
import threading
from typing import Any

from dynagent.infrastructure.sandbox.inside import frames

_PLACEHOLDERS = ipaddress.ip_network("198.18.0.0/15")


class Network:
    """Asks the broker over the child's channel and remembers which placeholder stands for which name."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._lock = threading.Lock()
        self._names: dict[str, str] = {}

    def install(self) -> None:
        """Replace the ways to resolve and connect in this process; children call it before any tool code."""
        network = self

        def connect(sock: socket.socket, address: Any) -> None:
            network._connect(sock, address)

        def connect_ex(sock: socket.socket, address: Any) -> int:
            return network._connect_ex(sock, address)

        async def getaddrinfo(_: Any, host: Any, port: Any, **options: Any) -> Any:
            return network._getaddrinfo(host, port, **options)

        async def sock_connect(loop: Any, sock: socket.socket, address: Any) -> None:
            await loop.run_in_executor(None, network._connect, sock, address)

        socket.socket.connect = connect  # type: ignore[method-assign]
        socket.socket.connect_ex = connect_ex  # type: ignore[method-assign]
        socket.getaddrinfo = self._getaddrinfo  # type: ignore[assignment]
        asyncio.BaseEventLoop.getaddrinfo = getaddrinfo  # type: ignore[method-assign]
        asyncio.selector_events.BaseSelectorEventLoop.sock_connect = sock_connect  # type: ignore[method-assign]

    def _getaddrinfo(self, host: Any, port: Any, *_: Any, **__: Any) -> list[Any]:
        name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
        kind = (socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
        try:
            literal = ipaddress.ip_address(name.split("%")[0])
        except ValueError:
            return [(socket.AF_INET, *kind, (self._placeholder(name), int(port or 0)))]
        if literal.version == 6:
            return [(socket.AF_INET6, *kind, (str(literal), int(port or 0), 0, 0))]
        return [(socket.AF_INET, *kind, (str(literal), int(port or 0)))]

    def _placeholder(self, name: str) -> str:
        for address, known in self._names.items():
            if known == name:
                return address
        address = str(_PLACEHOLDERS[len(self._names) + 1])
        self._names[address] = name
        return address

    def _connect(self, sock: socket.socket, address: Any) -> None:
        if sock.family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
            raise PermissionError(errno.EPERM, "only granted TCP hosts can be reached from a tool")
        place, port = str(address[0]), int(address[1])  # pyright: ignore[reportUnknownArgumentType]
        host = self._names.get(place, place)
        answer, descriptors = self._ask(host, port)
        if not descriptors:
            number = errno.ETIMEDOUT if answer.get("verdict") == "timeout" else errno.ECONNREFUSED
            raise OSError(number, f"{host}:{port}: {answer.get('detail', 'refused')}")
        # The connected socket takes the place of the tool's own, under the same number.
        timeout = sock.gettimeout()
        os.dup2(descriptors[0], sock.fileno(), inheritable=False)
        for descriptor in descriptors:
            os.close(descriptor)
        sock.settimeout(timeout)

    def _connect_ex(self, sock: socket.socket, address: Any) -> int:
        try:
            self._connect(sock, address)
        except OSError as error:
            return error.errno or errno.ECONNREFUSED
        return 0

    def _ask(self, host: str, port: int) -> tuple[dict[str, Any], list[int]]:
        with self._lock:
            frames.send(self._channel, {"kind": "connect", "host": host[:255], "port": port})
            with contextlib.suppress(frames.Closed):
                answer, _, descriptors = frames.receive(self._channel)
                return answer, descriptors
        os._exit(1)
