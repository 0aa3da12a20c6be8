"""A way to PostgreSQL that can be cut: nothing passes, nothing is closed, as behind a firewall that drops."""

import asyncio
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from tests.faults.relay import Relay, Streams


class Cut(Relay):
    """A socket of its own in front of a server's; while `cut` is set it passes nothing on."""

    def __init__(self, url: str, place: Path) -> None:
        super().__init__()
        self.cut = False
        parts = urlsplit(url)
        directory = parse_qs(parts.query)["host"][0]
        port = parse_qs(parts.query).get("port", ["5432"])[0]
        self._behind = f"{directory}/.s.PGSQL.{port}"
        place.mkdir()
        self._socket = place / f".s.PGSQL.{port}"
        self.url = url.replace(quote(directory, safe="/"), str(place)).replace(quote(directory, safe=""), str(place))

    async def listen(self) -> asyncio.Server:
        """Listen at a socket of the same name."""
        return await asyncio.start_unix_server(self.serve, self._socket)

    async def reach(self) -> Streams:
        """Connect to the server's socket."""
        return await asyncio.open_unix_connection(self._behind)

    async def hold(self, *, answering: bool) -> None:
        """Keep everything, in both directions."""
        while self.cut:
            await asyncio.sleep(0.05)
