"""A way to PostgreSQL that can be cut: nothing passes, nothing is closed, as behind a firewall that drops."""

import asyncio
import contextlib
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit


class Cut:
    """A socket of its own in front of a server's; while `cut` is set it passes nothing on."""

    def __init__(self, url: str, place: Path) -> None:
        self.cut = False
        parts = urlsplit(url)
        directory = parse_qs(parts.query)["host"][0]
        port = parse_qs(parts.query).get("port", ["5432"])[0]
        self._behind = f"{directory}/.s.PGSQL.{port}"
        place.mkdir()
        self._socket = place / f".s.PGSQL.{port}"
        self.url = url.replace(quote(directory, safe="/"), str(place)).replace(quote(directory, safe=""), str(place))
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Cut":
        self._server = await asyncio.start_unix_server(self._serve, self._socket)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(self._behind)
        for source, target in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(self._pass_on(source, target))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65_536):
                while self.cut:
                    await asyncio.sleep(0.05)
                target.write(data)
                await target.drain()
        target.close()
