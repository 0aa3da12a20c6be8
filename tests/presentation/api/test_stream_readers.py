"""Other people's readers of server-sent events get every event once and none that is empty, resume included."""

import asyncio
import json
import shutil
import subprocess
import urllib.request
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import httpx_sse
import pytest
import pytest_asyncio
import sseclient
import uvicorn

from tests.presentation.api.house import House

READERS = Path(__file__).parent / "readers"
Events = list[tuple[str | None, str]]
Reader = Callable[[str, str], Events]


@pytest_asyncio.fixture
async def url(house: House) -> AsyncIterator[str]:
    """The application behind a real HTTP server."""
    config = uvicorn.Config(house.app, port=0, lifespan="off", log_config=None, http="httptools")
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await running


@pytest.fixture(scope="session")
def node_readers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The readers for Node, installed; skips where npm is not there or cannot install."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    place = tmp_path_factory.mktemp("readers") / "readers"
    shutil.copytree(READERS, place)
    command = [npm, "ci", "--no-audit", "--no-fund"]
    installed = subprocess.run(command, cwd=place, check=False, capture_output=True, timeout=120)
    if installed.returncode:
        pytest.skip("npm cannot install the readers here")
    return place


def with_httpx_sse(url: str, last: str) -> Events:
    """Read with httpx-sse."""
    with (
        httpx.Client(timeout=30, trust_env=False) as client,
        httpx_sse.connect_sse(client, "GET", url, headers={"Last-Event-ID": last}) as source,
    ):
        return [] if source.response.status_code == 204 else [(event.id, event.data) for event in source.iter_sse()]


def with_sseclient(url: str, last: str) -> Events:
    """Read with sseclient-py."""
    request = urllib.request.Request(url, headers={"Last-Event-ID": last})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return [(event.id, event.data) for event in sseclient.SSEClient(iter(answer.readline, b"")).events()]


def in_node(place: Path, reader: str, url: str, last: str) -> dict[str, Any]:
    """Read with a reader for Node."""
    command = ["node", "read.mjs", reader, url, last]
    return json.loads(subprocess.run(command, cwd=place, capture_output=True, check=True, timeout=60).stdout)


@pytest.fixture(params=["httpx-sse", "sseclient-py", "eventsource", "eventsource-parser"])
def reader(request: pytest.FixtureRequest) -> Reader:
    """A reader: from a URL and a last id to the events it gives."""
    if request.param == "httpx-sse":
        return with_httpx_sse
    if request.param == "sseclient-py":
        return with_sseclient
    place: Path = request.getfixturevalue("node_readers")
    return lambda url, last: [(id_, data) for id_, data in in_node(place, request.param, url, last)["events"]]


async def test_a_reader_gets_every_event_once_and_no_empty_one(
    house: House, agent_id: str, url: str, reader: Reader
) -> None:
    house.pause = asyncio.Event()
    reading = asyncio.create_task(asyncio.to_thread(reader, f"{url}/api/stream/{agent_id}?query=23*19", ""))
    while not house.trace.followers:
        await asyncio.sleep(0.01)
    for _ in range(3):
        await house.trace.beat()
        await asyncio.sleep(0.01)
    house.pause.set()
    events = await reading

    (execution_id,) = house.executions.stored
    stored = [(f"{execution_id}:{frame.seq}", frame.payload.decode()) for frame in house.trace.logs[execution_id]]
    assert events == stored

    again = f"{url}/api/executions/{execution_id}/stream"
    assert await asyncio.to_thread(reader, again, f"{execution_id}:4") == stored[4:]
    assert await asyncio.to_thread(reader, again, f"{execution_id}:6") == []


async def test_a_browser_that_comes_back_to_an_ended_stream_is_told_to_stay_away(
    house: House, agent_id: str, url: str, node_readers: Path
) -> None:
    seen = await asyncio.to_thread(in_node, node_readers, "eventsource", f"{url}/api/stream/{agent_id}?query=1", "")

    assert (len(seen["events"]), seen["answers"], seen["status"]) == (6, 2, 204)
    assert len(house.executions.stored) == 1


async def test_a_stopping_server_leaves_no_empty_event_behind(house: House, agent_id: str, url: str) -> None:
    house.pause = asyncio.Event()
    reading = asyncio.create_task(asyncio.to_thread(with_httpx_sse, f"{url}/api/stream/{agent_id}?query=1", ""))
    while not house.trace.followers:
        await asyncio.sleep(0.01)
    await house.trace.beat()

    house.shutdown.begin()

    assert all(data for _, data in await reading)
    house.pause.set()
    await house.settled()
