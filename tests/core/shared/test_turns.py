"""Large values are worked with beside the loop, small ones at once."""

import asyncio
import threading
from typing import Any

import pytest

from dynagent.core.shared.turns import LARGE, apart, json_size, let_others_in


async def turns_during(work: Any) -> int:
    """Return how often others had a turn until it was done."""
    turns = 0

    async def beat() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(beat())
    await asyncio.sleep(0)
    before = turns
    await work
    task.cancel()
    return turns - before


async def test_beside_large_work_others_have_many_turns_beside_small_work_none() -> None:
    assert await turns_during(let_others_in(LARGE - 1)) == 0
    assert await turns_during(let_others_in(2 * LARGE)) > 3


async def test_large_work_is_done_in_a_thread_small_work_at_once() -> None:
    assert await apart(LARGE - 1, threading.current_thread) is threading.main_thread()
    assert await apart(LARGE, threading.current_thread) is not threading.main_thread()


async def test_what_the_work_raises_comes_through() -> None:
    for size in (1, LARGE):
        with pytest.raises(ValueError, match="invalid literal"):
            await apart(size, int, "x")


@pytest.mark.parametrize(
    "value", ["x" * LARGE, {"a": ["x" * LARGE]}, {"x" * LARGE: 1}, [1] * LARGE, [[[{"a": "x" * LARGE}]]]]
)
def test_values_are_large_by_whatever_they_hold(value: Any) -> None:
    assert json_size(value) >= LARGE


@pytest.mark.parametrize("value", [None, 1, "", "ä" * 100, {}, {"a": [1, {"b": None}]}])
def test_small_values_are_small(value: Any) -> None:
    assert json_size(value) < 200


def test_no_more_parts_are_counted_than_it_takes() -> None:
    class Counted(str):
        """Counts how often it is looked at."""

        looked = 0

        def __len__(self) -> int:
            Counted.looked += 1
            return 100

    json_size([Counted()] * LARGE)
    assert Counted.looked <= 1
