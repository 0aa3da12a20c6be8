"""A loop that is late starts nothing new until it keeps up again; nothing that waits is forgotten."""

import asyncio
import time

import pytest

from dynagent.presentation import pace as module
from dynagent.presentation.pace import Pace
from tests.fakes.dispatch import FakeLeases
from tests.presentation.test_worker import Bus, make, until


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look more often than in production, and be stricter."""
    monkeypatch.setattr(module, "SAMPLE_S", 0.01)
    monkeypatch.setattr(module, "LATE_S", 0.1)


async def late(worker: object) -> None:
    """Hold the loop up until its next sample is late."""
    pace: Pace = worker._pace  # pyright: ignore[reportAttributeAccessIssue]
    while not pace.late:
        time.sleep(0.15)
        await asyncio.sleep(0)


async def test_a_late_loop_keeps_new_runs_waiting_and_starts_them_when_it_is_not() -> None:
    bus = Bus()
    worker = make(bus, FakeLeases())
    worker.notify("first", "interactive")
    await until(lambda: "first" in bus.running)
    await late(worker)
    for name in ("a", "b", "c"):
        worker.notify(name, "batch")
    assert (worker.running, worker.waiting, worker.has_room("interactive")) == (1, 3, False)
    room = asyncio.create_task(worker.room("interactive"))
    await until(lambda: set(bus.running) == {"first", "a", "b", "c"})
    await room
    assert (worker.waiting, worker.has_room("interactive")) == (0, True)
    bus.release.set()
    await until(lambda: worker.running == 0)


async def test_nothing_is_watched_while_there_is_nothing_to_do() -> None:
    samples: list[int] = []
    work = 2

    def left() -> int:
        return work

    pace = Pace(left, lambda: samples.append(1))
    pace.watch()
    pace.watch()
    await until(lambda: len(samples) >= 2)
    work = 0
    await until(lambda: pace._timer is None)  # pyright: ignore[reportPrivateUsage]
    assert not pace.late
