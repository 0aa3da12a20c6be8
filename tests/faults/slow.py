"""A TCP proxy that keeps every byte waiting for a while: a server that is slow, not away."""

import asyncio

from tests.faults.relay import Relay, Streams


class SlowProxy(Relay):
    """Passes connections on to a port of this machine; what comes back waits `delay_s` seconds at every piece."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.delay_s = 0.0
        self.port = 0
        self._behind = port

    async def listen(self) -> asyncio.Server:
        """Listen on a free port, `port`."""
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def reach(self) -> Streams:
        """Connect to the port behind."""
        return await asyncio.open_connection("127.0.0.1", self._behind)

    async def hold(self, *, answering: bool) -> None:
        """Keep answers waiting."""
        if answering and self.delay_s:
            await asyncio.sleep(self.delay_s)
