"""The worker runs what it hears of, within its lanes, keeps its lease, and leaves nothing behind."""

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

import pytest

from dynagent.application.commands.executions.run import RunExecution
from dynagent.application.shared.caller import Caller
from dynagent.core.executions import DueExecution, Held
from dynagent.core.shared.errors import Unavailable
from dynagent.presentation.worker import Worker, WorkerSettings
from tests.fakes.dispatch import FakeLeases


class Bus:
    """Runs executions that last until released; a stopped one ends as its reason says."""

    def __init__(self) -> None:
        self.running: dict[str, RunExecution] = {}
        self.release = asyncio.Event()
        self.started: list[str] = []
        self.ended: list[tuple[str, str | None]] = []
        self.error: Exception | None = None

    async def send(self, message: Any, caller: Caller) -> Any:
        self.started.append(message.execution_id)
        if self.error is not None:
            raise self.error
        self.running[message.execution_id] = message
        try:
            await self.release.wait()
        finally:
            del self.running[message.execution_id]
            self.ended.append((message.execution_id, message.control.stop))


def settings(**changes: Any) -> WorkerSettings:
    return WorkerSettings.model_validate({"beat_s": 0.01, "sweep_s": 0.01, "lease_s": 0.02, "drain_s": 0.01, **changes})


def make(bus: Bus, leases: FakeLeases, **changes: Any) -> Worker:
    counter = itertools.count(1)
    return Worker(bus, leases, settings(**changes), new_id=lambda: f"w{next(counter)}")


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.002)


async def test_a_notification_starts_a_run_and_a_repeated_one_does_not() -> None:
    bus, leases = Bus(), FakeLeases()
    worker = make(bus, leases)
    await worker.start()
    worker.notify("a", "interactive")
    worker.notify("a", "interactive")
    await until(lambda: "a" in bus.running)
    assert bus.started == ["a"]
    assert worker.running == 1
    bus.release.set()
    await until(lambda: worker.running == 0)
    await worker.stop()
    assert leases.retired == [worker.id]


async def test_a_full_lane_waits_and_does_not_hold_up_another() -> None:
    bus = Bus()
    worker = make(bus, FakeLeases(), concurrency=1)
    for name in ("a", "b", "c"):
        worker.notify(name, "interactive")
    worker.notify("slow", "batch")
    await until(lambda: set(bus.running) == {"a", "slow"})
    assert worker.waiting == 2
    waiting_for_room = asyncio.create_task(worker.room("interactive"))
    await asyncio.sleep(0)
    assert not waiting_for_room.done()
    bus.release.set()
    await until(lambda: len(bus.ended) == 4)
    await waiting_for_room
    assert bus.started == ["a", "slow", "b", "c"]


async def test_those_who_wait_take_turns() -> None:
    bus, leases = Bus(), FakeLeases()
    worker = make(bus, leases, concurrency=1)
    leases.turns = ["b1", "a2", "a3"]
    for name in ("a1", "a2", "gone", "a3", "b1"):
        worker.notify(name, "interactive")
    await worker.start()
    await until(lambda: worker.waiting == 3)
    bus.release.set()
    await until(lambda: len(bus.ended) == 4)
    assert bus.started == ["a1", "b1", "a2", "a3"], "what is no longer pending is not tried"
    await worker.stop()


async def test_cancel_stops_the_run_with_its_reason() -> None:
    bus = Bus()
    worker = make(bus, FakeLeases())
    worker.notify("a", "interactive")
    await until(lambda: "a" in bus.running)
    worker.cancel("a")
    worker.cancel("unknown")
    await until(lambda: worker.running == 0)
    assert bus.ended == [("a", "cancelled")]


async def test_stop_lets_runs_finish_and_hands_the_rest_back() -> None:
    bus, leases = Bus(), FakeLeases()
    worker = make(bus, leases)
    await worker.start()
    worker.notify("a", "interactive")
    await until(lambda: "a" in bus.running)
    await worker.stop()
    assert bus.ended == [("a", "shutdown")]
    worker.notify("b", "interactive")
    assert worker.running == 0


async def test_the_sweep_runs_what_nobody_was_notified_for() -> None:
    bus, leases = Bus(), FakeLeases()
    leases.waiting = [DueExecution("a", "interactive"), DueExecution("b", "batch")]
    worker = make(bus, leases)
    await worker.start()
    await until(lambda: set(bus.running) == {"a", "b"})
    await worker.stop()


async def test_whose_hands_are_free_asks_for_what_others_were_notified_for() -> None:
    bus, leases = Bus(), FakeLeases()
    worker = make(bus, leases, concurrency=2)
    await worker.start()
    await until(lambda: leases.eager != [])
    assert leases.eager[0] is True
    worker.notify("a", "interactive")
    asked = len(leases.eager)
    await until(lambda: len(leases.eager) > asked + 1)
    assert leases.eager[-1] is False, "half of its places are taken"
    await worker.stop()


async def test_nobody_is_expired_before_a_full_lease_of_own_health() -> None:
    bus, leases = Bus(), FakeLeases()
    worker = make(bus, leases, lease_s=0.05)
    leases.error = OSError("database away")
    await worker.start()
    await until(lambda: leases.beats > 10)
    assert leases.expiries == 0
    leases.error = None
    await until(lambda: leases.expiries > 0)
    await worker.stop()


async def test_who_was_late_waits_a_full_lease_before_expiring_others() -> None:
    bus, leases = Bus(), FakeLeases()
    worker = make(bus, leases, lease_s=0.05)
    leases.renewal = "late"
    await worker.start()
    await until(lambda: leases.beats > 10)
    assert leases.expiries == 0
    leases.renewal = "renewed"
    await until(lambda: leases.expiries > 0)
    await worker.stop()


async def test_it_knows_how_old_its_heartbeat_is() -> None:
    leases = FakeLeases()
    worker = make(Bus(), leases, lease_s=0.05)
    await worker.start()
    await until(lambda: leases.beats > 1)
    assert worker.holds_its_lease
    leases.error = OSError("database away")
    await until(lambda: not worker.holds_its_lease)
    assert worker.heartbeat_age_s >= 0.05
    leases.error = None
    await until(lambda: worker.holds_its_lease)
    await worker.stop()


async def test_a_expired_worker_drops_everything_and_comes_back_under_a_new_id() -> None:
    bus, leases = Bus(), FakeLeases()
    worker = make(bus, leases)
    await worker.start()
    first = worker.id
    worker.notify("a", "interactive")
    await until(lambda: "a" in bus.running)
    leases.alive = False
    await until(lambda: worker.id != first)
    await until(lambda: worker.running == 0)
    assert bus.ended == [("a", "lost")]
    assert leases.registered == [first, worker.id]
    await worker.stop()


@pytest.mark.parametrize("error", [Unavailable("database away"), RuntimeError("bug")])
async def test_a_run_that_cannot_be_claimed_frees_its_place(error: Exception) -> None:
    bus = Bus()
    bus.error = error
    worker = make(bus, FakeLeases(), concurrency=1)
    worker.notify("a", "interactive")
    await until(lambda: worker.running == 0)
    bus.error = None
    worker.notify("a", "interactive")
    await until(lambda: "a" in bus.running)
    bus.release.set()
    await until(lambda: worker.running == 0)


async def test_a_row_under_our_name_that_does_not_run_here_is_given_up() -> None:
    bus, leases = Bus(), FakeLeases()
    worker = make(bus, leases)
    worker.notify("a", "interactive")
    await until(lambda: "a" in bus.running)
    leases.under_our_name = [Held("a", cancel_requested=False), Held("stray", cancel_requested=False)]
    await worker.start()
    await until(lambda: leases.given_up == ["stray"])
    assert worker.running == 1
    await worker.stop()


async def test_a_cancel_whose_signal_was_lost_is_noticed_at_the_next_beat() -> None:
    bus, leases = Bus(), FakeLeases()
    worker = make(bus, leases)
    worker.notify("a", "interactive")
    await until(lambda: "a" in bus.running)
    leases.under_our_name = [Held("a", cancel_requested=True)]
    await worker.start()
    await until(lambda: bus.ended == [("a", "cancelled")])
    assert leases.given_up == []
    leases.under_our_name = []
    await worker.stop()


async def test_a_notification_for_a_run_that_is_just_ending_is_not_lost() -> None:
    """It waited, was answered, and is pending again before its task has quite ended."""
    bus = Bus()
    worker = make(bus, FakeLeases())
    worker.notify("a", "interactive")
    await until(lambda: "a" in bus.running)
    worker.notify("a", "interactive")
    bus.release.set()
    await until(lambda: bus.started == ["a", "a"])
    await until(lambda: worker.running == 0)
    assert bus.started == ["a", "a"]
