"""A start that nobody waits for any more ends soon, and leaves neither a server nor half a cluster."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from dynagent.infrastructure.postgres.embedded import EmbeddedPostgres
from dynagent.infrastructure.postgres.embedded.home import Home
from dynagent.infrastructure.postgres.embedded.postmaster import StartAbandoned, read_pid_file


@pytest.fixture
def home() -> Iterator[Home]:
    """A place of the test's own, below a directory that every account may enter."""
    place = Path(tempfile.mkdtemp(prefix="dynagent-test-"))
    yield Home(place)
    shutil.rmtree(place)


def an_embedded(home: Home) -> EmbeddedPostgres:
    return EmbeddedPostgres(home.data_dir, durable=False, create_account=False)


def wait_until(condition: Callable[[], object]) -> None:
    for _ in range(2000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it never happened")


async def test_a_start_that_is_cancelled_leaves_nothing_behind(home: Home) -> None:
    server = an_embedded(home)
    await server.start()
    await server.stop()
    written = home.log.stat().st_size

    starting = asyncio.create_task(server.start())
    await asyncio.to_thread(wait_until, (home.data / "postmaster.pid").exists)
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    await server.stop()

    assert read_pid_file(home.data) is None
    assert "SIGKILL" not in home.log_tail(after=written)


async def test_a_stop_that_overtakes_the_start_keeps_it_from_starting(home: Home) -> None:
    home.prepare()
    server = an_embedded(home)
    with home.deciding():
        starting = asyncio.create_task(server.start())
        await asyncio.sleep(0.05)
        starting.cancel()
        stopping = asyncio.create_task(server.stop())
        await asyncio.sleep(0.05)
    await asyncio.gather(starting, stopping, return_exceptions=True)

    assert not home.data.exists()
    assert not home.log.exists()


async def test_a_stop_while_the_cluster_is_made_leaves_no_half_of_it(home: Home) -> None:
    server = an_embedded(home)
    starting = asyncio.create_task(server.start())
    await asyncio.to_thread(wait_until, lambda: any(home.root.glob("data.*/PG_VERSION")))

    await server.stop()

    with pytest.raises(StartAbandoned):
        await starting
    assert not home.data.exists()
    with psycopg.connect(await server.start()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    await server.stop()
    assert not any(home.root.glob("data.*"))
