"""Tasks end, also those that answer a cancellation with something else."""

import asyncio

from dynagent.core.shared.tasks import end_tasks


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
