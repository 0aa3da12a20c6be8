"""What stands between a client and a server and passes everything on, until a test wants otherwise."""

import asyncio
import contextlib
from abc import ABC, abstractmethod
from typing import Self

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Relay(ABC):
    """Listens while it is entered; every connection gets one of its own to the server behind."""

    def __init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @abstractmethod
    async def listen(self) -> asyncio.Server:
        """Begin to listen; connections go to `serve`."""

    @abstractmethod
    async def reach(self) -> Streams:
        """Connect to the server behind. Raises OSError."""

    @abstractmethod
    async def hold(self, *, answering: bool) -> None:
        """Return when the next piece may pass, on its way to the server or (`answering`) back."""

    async def __aenter__(self) -> Self:
        self._server = await self.listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection on; without a server behind it is closed."""
        try:
            far_reader, far_writer = await self.reach()
        except OSError:
            writer.close()
            return
        for source, target, answering in ((reader, far_writer, False), (far_reader, writer, True)):
            task = asyncio.create_task(self._pass_on(source, target, answering=answering))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, answering: bool) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65_536):
                await self.hold(answering=answering)
                target.write(data)
                await target.drain()
        target.close()
