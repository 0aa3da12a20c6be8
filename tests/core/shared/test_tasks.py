"""Tasks end, also those that answer a cancellation with something else."""

import asyncio

from dynagent.core.shared.tasks import end_tasks, running


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
