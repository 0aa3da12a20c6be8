"""Half-sent requests and unread answers are not held for ever."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import connect

from dynagent.cli.connections import Connection, connection_of


class Impatient(Connection):
    """A connection with limits that a test can wait for."""

    request_timeout_s = 0.2
    unread_timeout_s = 0.2


class Patient(Connection):
    """A connection that gives readers time enough on a busy machine."""

    unread_timeout_s = 2.0


class Endless:
    """An application that reads the body, then answers with as much as the client takes."""

    def __init__(self) -> None:
        self.sent = 0
        self.left = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        while (message := await receive())["type"] == "http.request" and message["more_body"]:
            pass
        if scope["path"] == "/short" or message["type"] == "http.disconnect":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
            await send({"type": "http.response.body", "body": b"ok"})
            return
        gone = asyncio.ensure_future(receive())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while not gone.done():
            await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
            self.sent += 65536
            await asyncio.sleep(0)
        self.left.set()


@asynccontextmanager
async def served(app: Any, protocol: type[Connection] = Impatient) -> AsyncGenerator[tuple[str, int]]:
    """Give the address of a server with impatient connections."""
    config = uvicorn.Config(app, port=0, lifespan="off", log_config=None, http=protocol, ws="websockets-sansio")
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()
    server.should_exit = True
    await running


@pytest.mark.parametrize(
    "half",
    [
        b"",
        b"GET / HT",
        b"GET /short HTTP/1.1\r\nhost: a\r\nx-slow: ",
        b"POST /short HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n123",
        b"POST /short HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\n12",
    ],
)
async def test_a_half_sent_request_is_answered_with_408_and_let_go(half: bytes) -> None:
    async with served(Endless()) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(half)
        assert (await asyncio.wait_for(reader.read(), 20)).startswith(b"HTTP/1.1 408 Request Timeout\r\n")
        writer.close()


async def test_a_request_that_arrives_is_answered() -> None:
    async with served(Endless()) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b"GET /short HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        assert (await asyncio.wait_for(reader.read(), 20)).endswith(b"ok")
        writer.close()


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (b"/short", b"200"),
        (b"http://here.example/short", b"200"),
        (b"http://HERE.example/short", b"200"),
        (b"http://other.example/short", b"400"),
        (b"http://here.example:81/short", b"400"),
        (b"http://you@here.example/short", b"400"),
    ],
)
async def test_an_absolute_target_is_that_of_the_host(target: bytes, status: bytes) -> None:
    async with served(Endless()) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b"GET %b HTTP/1.1\r\nhost: here.example\r\nconnection: close\r\n\r\n" % target)
        assert (await asyncio.wait_for(reader.read(), 20)).startswith(b"HTTP/1.1 " + status)
        writer.close()


async def test_a_client_that_takes_nothing_is_let_go() -> None:
    app = Endless()
    async with served(app) as address:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setblocking(False)
        await asyncio.get_running_loop().sock_connect(client, address)
        client.send(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        await asyncio.wait_for(app.left.wait(), 20)
        client.close()


async def test_a_client_that_reads_is_kept_longer_than_the_limit() -> None:
    app = Endless()
    async with served(app, Patient) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        for _ in range(60):
            await asyncio.sleep(0.05)
            await reader.readexactly(1_000_000)
        assert not app.left.is_set()
        writer.close()
        await app.left.wait()


async def test_more_connections_than_there_may_be_are_answered_and_closed() -> None:
    async with served(Endless(), connection_of(2)) as address:
        open_ones = [await asyncio.open_connection(*address) for _ in range(2)]
        await asyncio.sleep(0.05)
        reader, writer = await asyncio.open_connection(*address)
        refused = await asyncio.wait_for(reader.read(), 20)
        assert refused.startswith(b"HTTP/1.1 503 ") and refused.endswith(b"try again later")
        writer.close()
        open_ones.pop()[1].close()
        await asyncio.sleep(0.05)
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b"GET /short HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        assert (await asyncio.wait_for(reader.read(), 20)).endswith(b"ok")
        for _, one in [*open_ones, (reader, writer)]:
            one.close()


async def test_a_socket_is_no_request_and_has_no_time_limit_of_one() -> None:
    async def echo(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": message["text"]})

    async with served(echo) as (host, port, *_), connect(f"ws://{host}:{port}/") as client:
        await asyncio.sleep(3 * Impatient.request_timeout_s)
        await client.send("still here")
        assert await asyncio.wait_for(client.recv(), 20) == "still here"
