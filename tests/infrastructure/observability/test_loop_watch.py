"""A loop that is late is noticed, with the line that holds it up; one that never comes back too."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from dynagent.infrastructure.observability.loop_watch import LoopWatch


@pytest.fixture
async def watch() -> AsyncIterator[LoopWatch]:
    watch = LoopWatch(every_s=0.01, late_s=0.05)
    watch.start()
    yield watch
    await watch.stop()


def hold_the_loop(until: threading.Event) -> None:
    assert until.wait(20)


async def test_a_blocked_loop_is_told_of_while_it_is_blocked_and_after(watch: LoopWatch) -> None:
    with capture_logs() as lines:
        told = threading.Event()

        def watch_the_log() -> None:
            while not any(line["event"] == "event_loop_blocked" for line in lines):
                time.sleep(0.005)
            told.set()

        threading.Thread(target=watch_the_log, daemon=True).start()
        # Only what the thread has said lets the loop go on.
        hold_the_loop(told)
        assert watch.worst_s >= 0.05, "while it lasts"
        async with asyncio.timeout(10):
            while not any(line["event"] == "event_loop_late" for line in lines):
                await asyncio.sleep(0.01)
    [blocked] = [line for line in lines if line["event"] == "event_loop_blocked"]
    assert "hold_the_loop" in blocked["stack"]
    assert blocked["log_level"] == "error"
    assert watch.worst_s >= 0.05, "it is remembered"


async def test_what_is_a_minute_ago_is_forgotten(watch: LoopWatch) -> None:
    watch._remember(time.monotonic() - 61, 7.0)
    assert watch.worst_s < 7.0
    watch._remember(time.monotonic(), 3.0)
    assert watch.worst_s >= 3.0
    assert len(watch._lags) < 1000


async def test_a_watch_that_is_stopped_says_nothing() -> None:
    watch = LoopWatch(every_s=0.01)
    watch.start()
    await watch.stop()
    assert watch.worst_s < 60
