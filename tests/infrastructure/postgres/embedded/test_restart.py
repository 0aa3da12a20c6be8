"""The database restarts under load: requests are told to come back, and come back by themselves."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dynagent.application.shared.caller import Caller
from dynagent.core.shared.errors import Unavailable
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.postgres import migrations
from dynagent.infrastructure.postgres.database import Database, DatabaseSettings
from dynagent.infrastructure.postgres.embedded import EmbeddedPostgres
from dynagent.infrastructure.postgres.embedded.postmaster import read_pid_file
from tests.infrastructure.postgres.runs.test_executions import an_execution
from tests.repositories import RepositoryScopes


@pytest.fixture
def place() -> Iterator[Path]:
    """A data directory of the test's own."""
    place = Path(tempfile.mkdtemp(prefix="dynagent-test-"))
    yield place
    shutil.rmtree(place)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT, signal.SIGKILL])
async def test_nothing_accepted_is_lost_and_refusals_are_unavailable(place: Path, how: signal.Signals) -> None:
    settings = DatabaseSettings.model_validate({"database_url": None, "data_dir": place})
    # Durable, because that is the promise: what was accepted is there after a crash.
    database = Database(settings, embedded=EmbeddedPostgres(place, create_account=False))
    await migrations.upgrade(await database.start())
    await database.connect()
    scopes = RepositoryScopes(database, deliver=lambda _: None)
    user = new_id()
    accepted: list[str] = []
    refused: list[BaseException] = []
    going = True

    async def submit_for_ever() -> None:
        while going:
            execution = an_execution(user)
            try:
                async with scopes.open(Caller(user)) as scope:
                    await scope.executions.create(execution)
                    await scope.uow.commit()
                accepted.append(execution.id)
            except Unavailable as error:
                refused.append(error)
                await asyncio.sleep(0.02)

    submitters = [asyncio.create_task(submit_for_ever()) for _ in range(4)]
    await until(lambda: len(accepted) > 20)
    found = read_pid_file(place / "postgres/data")
    assert found is not None
    os.kill(found.pid, how)
    await until(lambda: bool(refused))
    before = len(accepted)
    await until(lambda: len(accepted) > before + 20)
    going = False
    await asyncio.gather(*submitters)
    stored = {str(row["id"]) for row in await database.pool.fetch("SELECT id FROM runs")}
    assert set(accepted) <= stored
    await database.close()


async def test_whoever_uses_it_starts_it_again_when_the_one_that_started_it_has_left(place: Path) -> None:
    first = EmbeddedPostgres(place, durable=False, create_account=False)
    second = EmbeddedPostgres(place, durable=False, create_account=False)
    await first.start()
    await second.start()
    await first.stop()

    await kill_and_await_another(place)
    await kill_and_await_another(place)

    await second.stop()
    assert read_pid_file(place / "postgres/data") is None


async def test_whoever_adopts_it_from_a_killed_process_starts_it_again(place: Path) -> None:
    program = (
        "import pathlib, sys, time\n"
        "from dynagent.infrastructure.postgres.embedded import EmbeddedPostgres\n"
        "EmbeddedPostgres(pathlib.Path(sys.argv[1]), durable=False, create_account=False).start_now()\n"
        "print('up', flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(place)], stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        try:
            # It logs to the same place.
            while (line := await asyncio.to_thread(starter.stdout.readline)) != b"up\n":
                assert line
        finally:
            starter.kill()
    adopter = EmbeddedPostgres(place, durable=False, create_account=False)
    await adopter.start()

    await kill_and_await_another(place)

    await adopter.stop()


async def kill_and_await_another(place: Path) -> None:
    """Kill the server without warning and wait until another answers."""
    data = place / "postgres/data"
    found = read_pid_file(data)
    assert found is not None
    os.kill(found.pid, signal.SIGKILL)

    def another() -> bool:
        now = read_pid_file(data)
        return now is not None and now.pid != found.pid and now.status == "ready" and now.answers()

    await until(another)


async def until(condition: object) -> None:
    assert callable(condition)
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)
