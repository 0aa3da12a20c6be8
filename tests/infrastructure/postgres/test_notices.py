"""Notices reach every listener; a lost connection comes back and everybody is told about the gap."""

import asyncio
from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest

from dynagent.infrastructure.postgres import notice_signals
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.notice_signals import NoticeOfCopies
from dynagent.infrastructure.postgres.notices import Channel, PostgresNotices


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.fixture
async def notices(database: Database) -> AsyncIterator[PostgresNotices]:
    notices = PostgresNotices(database.pool, lambda: asyncpg.connect(database.dsn))
    await notices.start()
    yield notices
    await notices.stop()


async def test_a_notice_reaches_the_listeners_of_its_channel(notices: PostgresNotices) -> None:
    heard: list[str] = []
    notices.listen(Channel.CANCEL, heard.append)
    notices.listen(Channel.NOTIFICATION, lambda payload: heard.append(f"notification {payload}"))
    await notices.send(Channel.CANCEL, "a")
    await notices.send(Channel.NOTIFICATION, "b interactive")
    await until(lambda: len(heard) == 2)
    assert sorted(heard) == ["a", "notification b interactive"]


async def test_a_listener_that_fails_does_not_end_the_hearing(notices: PostgresNotices) -> None:
    heard: list[str] = []

    def fail(payload: str) -> None:
        raise ValueError(payload)

    notices.listen(Channel.CANCEL, fail)
    notices.listen(Channel.CANCEL, heard.append)
    await notices.send(Channel.CANCEL, "a")
    await until(lambda: heard == ["a"])


async def test_a_lost_connection_comes_back_and_the_gap_is_told(notices: PostgresNotices, database: Database) -> None:
    heard: list[str] = []
    gaps: list[bool] = []
    notices.listen(Channel.TRACE, heard.append)
    notices.on_gap(lambda: gaps.append(True))
    await database.pool.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'LISTEN%'"
    )
    await until(lambda: bool(gaps))
    await notices.send(Channel.TRACE, "after")
    await until(lambda: heard == ["after"])


async def test_sending_never_raises() -> None:
    class Away:
        async def execute(self, query: str, *args: object) -> str:
            raise OSError("away")

    await PostgresNotices(Away(), lambda: None).send(Channel.NOTIFICATION, "x")  # pyright: ignore[reportArgumentType]


async def test_who_tells_that_a_copy_is_void_goes_on_when_the_others_have_forgotten_it(
    notices: PostgresNotices, database: Database
) -> None:
    other = PostgresNotices(database.pool, lambda: asyncpg.connect(database.dsn))
    await other.start()
    publisher = NoticeOfCopies(notices, sender="here", peers=lambda: 1)
    hearer = NoticeOfCopies(other, sender="there", peers=lambda: 1)
    forgotten: list[str] = []
    at_home: list[str] = []

    async def forget(what: str) -> None:
        await asyncio.sleep(0.02)
        forgotten.append(what)

    async def forget_at_home(what: str) -> None:
        at_home.append(what)

    hearer.listen(forget)
    publisher.listen(forget_at_home)
    await publisher.publish("a 7")
    assert forgotten == ["a 7"], "it has been forgotten by the time the teller goes on"
    await hearer.publish("b")
    assert (forgotten, at_home) == (["a 7"], ["b"]), "nobody hears himself"
    await other.stop()


@pytest.mark.parametrize("peers", [0, 3])
async def test_nobody_is_waited_for_for_ever(
    notices: PostgresNotices, monkeypatch: pytest.MonkeyPatch, peers: int
) -> None:
    monkeypatch.setattr(notice_signals, "HEARD_S", 0.01)
    publisher = NoticeOfCopies(notices, sender="here", peers=lambda: peers)
    async with asyncio.timeout(10):
        await publisher.publish("a")
