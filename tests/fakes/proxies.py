"""A small proxy that speaks HTTP (CONNECT and whole addresses), SOCKS 5 and SOCKS 4, and keeps what it was asked."""

import asyncio
import ipaddress
import ssl
from urllib.parse import urlsplit


class FakeProxy:
    """Leads every host to `target`; `asked` holds the hosts as they were named, `heads` what HTTP said."""

    def __init__(self, target_port: int, *, tls: ssl.SSLContext | None = None, status: str = "200 OK") -> None:
        self.port = 0
        self.asked: list[str] = []
        self.heads: list[bytes] = []
        self.logins: list[bytes] = []
        self._target_port = target_port
        self._tls = tls
        self._status = status
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "FakeProxy":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            first = await reader.readexactly(1)
            speak = {b"\x05": self._socks5, b"\x04": self._socks4}.get(first, self._http)
            begun = await speak(first, reader, writer)
            if begun is None:
                return
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
            inner_writer.write(begun)
            await asyncio.gather(_copy(reader, inner_writer), _copy(inner_reader, writer))
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _http(self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes | None:
        head = first + await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        method, place, _ = head.split(b"\r\n")[0].decode().split(" ")
        if method != "CONNECT":
            self.asked.append(urlsplit(place).netloc)
            path = urlsplit(place).path
            return head.replace(place.encode(), path.encode(), 1)
        self.asked.append(place)
        writer.write(f"HTTP/1.1 {self._status}\r\nX-Proxy: fake\r\n\r\n".encode())
        return b"" if self._status.startswith("200") else None

    async def _socks5(self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        methods = await reader.readexactly((await reader.readexactly(1))[0])
        if 2 in methods:
            writer.write(b"\x05\x02")
            await reader.readexactly(1)
            user = await reader.readexactly((await reader.readexactly(1))[0])
            self.logins.append(user + b":" + await reader.readexactly((await reader.readexactly(1))[0]))
            writer.write(b"\x01\x00")
        else:
            writer.write(b"\x05\x00")
        kind = (await reader.readexactly(4))[3]
        if kind == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = str(ipaddress.ip_address(await reader.readexactly(4 if kind == 1 else 16)))
        port = int.from_bytes(await reader.readexactly(2), "big")
        self.asked.append(f"{host}:{port}")
        writer.write(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50")
        return b""

    async def _socks4(self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        _, high, low, *address = await reader.readexactly(7)
        await reader.readuntil(b"\x00")
        host = str(ipaddress.IPv4Address(bytes(address)))
        if host.startswith("0.0.0."):
            host = (await reader.readuntil(b"\x00"))[:-1].decode()
        self.asked.append(f"{host}:{high * 256 + low}")
        writer.write(b"\x00\x5a" + b"\x00" * 6)
        return b""


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()
