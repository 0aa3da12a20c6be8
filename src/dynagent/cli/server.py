"""The platform behind uvicorn, stopped in an order that loses nothing: streams told first, then answers, then parts."""

import asyncio
import gc
import resource
import signal
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

import uvicorn

from dynagent.cli.failures import CannotStart
from dynagent.main import Platform, Settings, Tell, open_platform


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
    listener: socket.socket, *, tell: Tell, stop_timeout_s: int, settings: Settings | None = None
) -> AsyncGenerator[asyncio.Task[None]]:
    """Answer on a bound socket from the block's start to its end; gives the task that serves.

    Raises what keeps the platform from starting (DynagentError).
    """
    async with open_platform(settings, tell=tell) as platform:
        config = uvicorn.Config(
            platform.asgi,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            ws="none",
            http="httptools",
            timeout_graceful_shutdown=stop_timeout_s,
        )
        server = Server(config, platform)
        running = asyncio.create_task(server.serve(sockets=[listener]), name="http-server")
        try:
            await _until_started(server, running)
            _settle_memory()
            yield running
        finally:
            server.should_exit = True
            await running


class StopSignals:
    """SIGINT and SIGTERM: while starting they cancel the task, later the first sets `told`, a second cancels."""

    def __init__(self, task: asyncio.Task[object]) -> None:
        self.told = asyncio.Event()
        self.started = False
        self._task = task

    def receive(self) -> None:
        """Take a signal."""
        if self.started and not self.told.is_set():
            self.told.set()
        else:
            self._task.cancel()


def allow_many_connections() -> None:
    """Raise the soft limit of open files to the hard one: each stream and each waiting model call holds a socket."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@contextmanager
def stop_signals() -> Generator[StopSignals]:
    """Receive both signals while the block runs."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    stop = StopSignals(task)
    numbers = (signal.SIGINT, signal.SIGTERM)
    for number in numbers:
        loop.add_signal_handler(number, stop.receive)
    try:
        yield stop
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def _settle_memory() -> None:
    # What lives now lives as long as the process; the collector need not look at it with every execution.
    gc.collect()
    gc.freeze()


async def _until_started(server: Server, running: asyncio.Task[None]) -> None:
    while not server.started:
        if running.done():
            await running
            raise CannotStart("the HTTP server ended before it had started")
        await asyncio.sleep(0.005)
