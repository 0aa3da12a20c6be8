"""What health makes of what a process knows: who works at what waits, whose clock is right."""

import pytest

from dynagent.infrastructure.observability.health import Condition
from dynagent.infrastructure.observability.parts import judged, judged_clock
from dynagent.infrastructure.postgres.runs.queue import Queue


def test_nobody_alive_is_said_with_what_to_do() -> None:
    finding = judged(Queue(pending=12, oldest_s=3, workers=0, servers=2))
    assert (finding.condition, finding.detail) == (Condition.WARN, "12 executions wait and no worker is alive")
    assert "dynagent worker" in finding.advice
    assert judged(Queue(pending=12, oldest_s=3, workers=1, servers=0)).condition is Condition.OK
    assert judged(Queue(pending=1, oldest_s=61, workers=9, servers=0)).condition is Condition.WARN


@pytest.mark.parametrize(("ahead_s", "word"), [(60.0, "ahead of"), (-60.0, "behind")])
def test_a_clock_that_is_wrong_is_said(ahead_s: float, word: str) -> None:
    finding = judged_clock(ahead_s)

    assert (finding.condition, f"60 s {word} the database" in finding.detail) == (Condition.WARN, True)
    assert judged_clock(ahead_s / 60).condition is Condition.OK
