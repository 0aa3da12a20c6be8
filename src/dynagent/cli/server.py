"""The platform behind uvicorn, stopped in an order that loses nothing: streams told first, then answers, then parts."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

import uvicorn

from dynagent.cli.connections import connection_of
from dynagent.cli.failures import CannotStart
from dynagent.cli.listening import ServerSettings, url_of
from dynagent.cli.signals import settle_memory
from dynagent.main import Announce, Platform, Settings, open_platform


class Server(uvicorn.Server):
    """uvicorn, except that open streams are told before connections are waited for, and that signals are ours."""

    def __init__(self, config: uvicorn.Config, platform: Platform) -> None:
        super().__init__(config)
        self._platform = platform

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Have the platform end its streams, then let uvicorn finish what is open."""
        self._platform.begin_shutdown()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals alone: uvicorn would raise them again before the platform's parts are closed."""
        yield


@asynccontextmanager
async def serving(
    listener: socket.socket,
    *,
    announce: Announce,
    stop_timeout_s: int,
    max_connections: int = ServerSettings.model_fields["max_connections"].default,
    settings: Settings | None = None,
    takes_work: bool = True,
) -> AsyncGenerator[asyncio.Task[None]]:
    """Answer on a bound socket from the block's start to its end; gives the task that serves.

    Raises what keeps the platform from starting (DynagentError).
    """
    async with open_platform(settings, announce=announce, takes_work=takes_work, url=url_of(listener)) as platform:
        config = uvicorn.Config(
            platform.asgi,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            ws="websockets-sansio",
            http=connection_of(max_connections),
            timeout_graceful_shutdown=stop_timeout_s,
        )
        server = Server(config, platform)
        running = asyncio.create_task(server.serve(sockets=[listener]), name="http-server")
        try:
            await _until_started(server, running)
            settle_memory()
            yield running
        finally:
            server.should_exit = True
            await running


async def _until_started(server: Server, running: asyncio.Task[None]) -> None:
    while not server.started:
        if running.done():
            await running
            raise CannotStart("the HTTP server ended before it had started")
        await asyncio.sleep(0.005)
