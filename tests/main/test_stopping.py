"""Every step of stopping has a bound, and what hangs does not keep the others from their turn."""

import asyncio

import pytest

from dynagent.main.stopping import StopSteps


async def test_a_step_that_hangs_is_left_and_the_others_have_their_turn() -> None:
    stopped: list[str] = []

    async def stop(name: str) -> None:
        stopped.append(name)

    async def hang() -> None:
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                stopped.append("cancelled")
                if len(stopped) > 2:
                    raise

    async with StopSteps(step_s=0.02) as stack:
        stack.push_async_callback(stop, "first started")
        stack.push_async_callback(hang)
        stack.push_async_callback(stop, "last started")
    assert stopped == ["last started", "cancelled", "first started"]
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


async def test_what_a_step_raises_is_raised() -> None:
    async def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        async with StopSteps() as stack:
            stack.push_async_callback(fail)
