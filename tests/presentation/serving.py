"""A real server in a thread of its own, for clients that speak HTTP over a socket."""

import asyncio
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI


@contextmanager
def serving(build: Callable[[], FastAPI]) -> Generator[str]:
    """Serve the application that `build` makes (in the server's thread) on a free port; give its URL."""
    started = threading.Event()
    failure: list[BaseException] = []
    server: list[uvicorn.Server] = []

    class Announcing(uvicorn.Server):
        """Says when it listens."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            started.set()

    def run() -> None:
        try:
            config = uvicorn.Config(build(), host="127.0.0.1", port=0, log_config=None, timeout_graceful_shutdown=2)
            server.append(Announcing(config))
            asyncio.run(server[0].serve())
        except BaseException as error:
            failure.append(error)
        finally:
            started.set()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    started.wait(30)
    if failure or not server or not server[0].started:
        raise RuntimeError("the server did not start") from (failure[0] if failure else None)
    try:
        yield f"http://127.0.0.1:{server[0].servers[0].sockets[0].getsockname()[1]}"
    finally:
        server[0].should_exit = True
        thread.join(10)
