"""The sandbox behind a unix socket, in a process of its own: the same calls, broker and pool stay with the server."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from dynagent.core.tools import SandboxUnavailable, ToolPolicyViolation
from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox
from dynagent.infrastructure.sandbox.service import serve_sandbox
from tests.infrastructure.sandbox import attacks
from tests.infrastructure.sandbox.toolbox import REVERSE, eventually, register, run, settings, smuggle


@pytest_asyncio.fixture
async def place(tmp_path: Path) -> AsyncIterator[str]:
    """The socket of a running service."""
    path = str(tmp_path / "sandbox.sock")
    serving = asyncio.create_task(serve_sandbox(path, settings()))
    await eventually(lambda: Path(path).exists())
    yield path
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    assert not Path(path).exists()


@contextlib.asynccontextmanager
async def connected(path: str) -> AsyncGenerator[ZygoteSandbox, None]:
    sandbox = ZygoteSandbox(settings(socket=path))
    yield sandbox
    await sandbox.stop()


async def test_calls_go_through_the_service(place: str) -> None:
    async with connected(place) as sandbox, connected(place) as other:
        assert (await sandbox.status())["runs"]
        for server in (sandbox, other):
            assert (await run(server, await register(server, REVERSE), text="abc")).result == "cba"
        with pytest.raises(ToolPolicyViolation):
            await run(sandbox, smuggle(sandbox, attacks.killed("exec")))


async def test_connections_are_still_made_by_the_server(place: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()

    code = "from urllib.request import urlopen\nasync def f(url: str) -> str:\n    return urlopen(url).read().decode()"
    site = await asyncio.start_server(answer, "127.0.0.1", 0)
    host = f"127.0.0.1:{site.sockets[0].getsockname()[1]}"
    async with site, connected(place) as sandbox:
        tool = await register(sandbox, code, network=(host,))
        assert (await run(sandbox, tool, url=f"http://{host}/")).result == "ok"


async def test_a_service_that_is_away_is_no_sandbox(tmp_path: Path) -> None:
    async with connected(str(tmp_path / "nobody.sock")) as sandbox:
        with pytest.raises(SandboxUnavailable):
            await register(sandbox, REVERSE)
        assert (await sandbox.status())["runs"] is False


async def test_a_second_service_at_the_same_place_is_refused(place: str) -> None:
    with pytest.raises(OSError, match="already"):
        await serve_sandbox(place, settings())


@pytest.mark.parametrize("order", [b"nonsense", b"[]", b'{"zygote": "other"}', b'{"zygote": ["core"]}'])
async def test_whoever_orders_nonsense_is_hung_up_on(place: str, order: bytes) -> None:
    client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    client.setblocking(False)
    with client:
        await asyncio.get_running_loop().sock_connect(client, place)
        client.send(order)
        assert await asyncio.get_running_loop().sock_recv(client, 100) == b""
    async with connected(place) as sandbox:
        assert json.dumps((await sandbox.status())["level"])
