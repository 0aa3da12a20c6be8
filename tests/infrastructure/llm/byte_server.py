"""An HTTP server that plays recorded bytes, so that a test decides every packet."""

import asyncio
import ssl
from collections.abc import Sequence


class ByteServer:
    """Answers the n-th request with the n-th session (the last for ever): packets as written, then perhaps a close.

    A packet that is None closes the connection; `...` leaves it open without a further byte.
    """

    def __init__(self, *sessions: Sequence[bytes | None], tls: ssl.SSLContext | None = None) -> None:
        self.url = ""
        self._tls = tls
        self.requests: list[bytes] = []
        self.connections = 0
        self._sessions = list(sessions)
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "ByteServer":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"
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
        self.connections += 1
        try:
            while await self._answer(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-l"))
        self.requests.append(await reader.readexactly(length))
        session = self._sessions.pop(0) if len(self._sessions) > 1 else self._sessions[0]
        for packet in session:
            if packet is None:
                return False
            writer.write(packet)
            await writer.drain()
            await asyncio.sleep(0.001)
        return True


def chunked(*pieces: bytes, end: bool = True) -> list[bytes]:
    """Return a 200 response as a stream of events, one packet and one chunk for each piece."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    packets = [head, *(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)]
    return [*packets, b"0\r\n\r\n"] if end else packets


def whole(status: int, body: bytes, *headers: str) -> list[bytes]:
    """Return a response with a length."""
    lines = "".join(f"{header}\r\n" for header in ("Content-Type: application/json", *headers))
    return [f"HTTP/1.1 {status} Whatever\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body]
