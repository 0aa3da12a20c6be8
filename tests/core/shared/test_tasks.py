"""Tasks end, also those that answer a cancellation with something else; a part that runs is stopped at its end."""

import asyncio

import pytest

from dynagent.core.shared.tasks import Periodic, end_tasks, running


async def test_all_are_ended() -> None:
    tasks = [asyncio.create_task(asyncio.sleep(3600)) for _ in range(3)]

    await end_tasks([*tasks, None])

    assert all(task.cancelled() for task in tasks)


async def test_one_that_swallows_a_cancellation_is_cancelled_again() -> None:
    refusals = 0

    async def stubborn() -> None:
        nonlocal refusals
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                refusals += 1
                if refusals == 2:
                    raise

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)

    await end_tasks([task])

    assert (task.cancelled(), refusals) == (True, 2)


async def test_errors_of_ended_tasks_are_dropped() -> None:
    async def failing() -> None:
        raise ValueError("nobody asks any more")

    task = asyncio.create_task(failing())
    await asyncio.sleep(0)

    await end_tasks([task])

    assert task.done()


class Part:
    """Notes what happens to it; `late` starts by awaiting, `broken` fails to."""

    def __init__(self, *, late: bool = False, broken: bool = False) -> None:
        self.seen: list[str] = []
        self._late = late
        self._broken = broken

    def start(self):
        if self._late or self._broken:
            return self._start()
        self.seen.append("started")
        return None

    async def _start(self) -> None:
        if self._broken:
            raise OSError("no room")
        self.seen.append("started")

    async def stop(self) -> None:
        self.seen.append("stopped")


@pytest.mark.parametrize("late", [False, True])
async def test_it_is_started_before_and_stopped_after(late: bool) -> None:
    async with running(Part(late=late)) as part:
        assert part.seen == ["started"]
    assert part.seen == ["started", "stopped"]


async def test_it_is_stopped_when_what_uses_it_fails() -> None:
    part = Part()
    with pytest.raises(ValueError, match="wrong"):
        async with running(part):
            raise ValueError("wrong")
    assert part.seen == ["started", "stopped"]


async def test_what_a_failed_start_has_begun_is_ended() -> None:
    part = Part(broken=True)
    with pytest.raises(OSError, match="no room"):
        async with running(part):
            pytest.fail("it did not start")
    assert part.seen == ["stopped"]


class Hanging:
    """Answers the first cancellation by going on."""

    def __init__(self, stopped: list[str]) -> None:
        self.stopped = stopped
        self.release = asyncio.Event()

    def start(self) -> None:
        """Begin."""

    async def stop(self) -> None:
        """Hang."""
        while not self.release.is_set():
            try:
                await self.release.wait()
            except asyncio.CancelledError:
                self.stopped.append("cancelled")


class Orderly(Hanging):
    """Stops at once."""

    async def stop(self) -> None:
        """Note it."""
        self.stopped.append("stopped")


async def test_what_hangs_does_not_keep_the_others_from_stopping() -> None:
    stopped: list[str] = []
    hanging = Hanging(stopped)
    async with running(Orderly(stopped)), running(hanging, within_s=0.02), running(Orderly(stopped)):
        pass
    await asyncio.sleep(0)
    assert sorted(stopped) == ["cancelled", "stopped", "stopped"]
    hanging.release.set()


async def test_periodic_work_goes_on_after_an_error_until_it_is_stopped() -> None:
    errors: list[str] = []
    enough = asyncio.Event()
    rounds = 0

    async def work() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            raise OSError("away")
        if rounds == 3:
            enough.set()
            await asyncio.sleep(3600)

    async with running(Periodic(work, every_s=0.001, name="work", on_error=lambda error: errors.append(str(error)))):
        await enough.wait()
    assert (rounds, errors) == (3, ["away"])
