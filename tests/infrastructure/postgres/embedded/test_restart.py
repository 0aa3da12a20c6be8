"""The database restarts under load: requests are told to come back, and come back by themselves."""

import asyncio
import os
import shutil
import signal
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


async def until(condition: object) -> None:
    assert callable(condition)
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)
