"""The world outside: an HTTP server that counts what is done to it, by key, and may keep its callers waiting."""

import asyncio
from collections import Counter

QUICK = "quick"
"""Calls whose key begins so are answered at once."""


class Effects:
    """`counts[key]` rises the moment a call arrives; the answer is held back until `release` is set."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.release = asyncio.Event()
        self.port = 0
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> "Effects":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.release.set()
        if self._server is not None:
            self._server.close()

    @property
    def grant(self) -> str:
        """What a tool must be granted to reach this."""
        return f"127.0.0.1:{self.port}"

    def tool_code(self, name: str, key: str) -> str:
        """Return the source of a tool that has one effect."""
        return (
            "import httpx\n\n"
            f"async def {name}() -> str:\n"
            "    async with httpx.AsyncClient(timeout=60) as client:\n"
            f"        answer = await client.get('http://{self.grant}/{key}')\n"
            "    return answer.text\n"
        )

    async def all_arrived(self, keys: list[str], *, patience_s: float) -> None:
        """Return when each key was done at least once."""
        async with asyncio.timeout(patience_s):
            while not all(self.counts[key] for key in keys):
                await asyncio.sleep(0.02)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            key = head.split(b" ", 2)[1].decode().strip("/")
            self.counts[key] += 1
            if not key.startswith(QUICK):
                await self.release.wait()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\ndone")
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
