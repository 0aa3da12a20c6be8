"""The children of one claimed run: joined, tried again, added up, and told in the parent's log."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from dynagent.core.executions import Execution
from dynagent.core.runs import (
    AwaitsChildren,
    ChildLimits,
    ChildRun,
    ChildRuns,
    Claim,
    Journal,
    NodeEnd,
    NodeStart,
    Outcome,
    Run,
    RunError,
    RunStatus,
    RunsTooDeep,
    TooManyChildren,
    Usage,
)
from tests.fakes.children import FakeChildren
from tests.fakes.trace import ListedTrace

NOW = datetime(2026, 1, 1, tzinfo=UTC)
A, B = (ChildRun(key=key, kind="tiny", subject_id="s") for key in "ab")


def a_run(**fields: Any) -> Run:
    given: dict[str, Any] = {"attempt": 1, "correlation_id": "request-1", "deadline": NOW + timedelta(hours=1)} | fields
    return Run(
        id="p", user_id="u", kind="tiny", subject_id="s", subject_version=1, subject_name="S", created_at=NOW, **given
    )


class House:
    """A parent with its children, over as many attempts as it takes."""

    def __init__(self, *events: Any, **fields: Any) -> None:
        self.store = FakeChildren()
        self.log: list[Any] = list(events)
        self.run = a_run(**fields)

    def attempt(self) -> tuple[ChildRuns, ListedTrace]:
        """Begin the next attempt; its events count as stored."""
        trace = ListedTrace()
        trace.events = self.log
        return ChildRuns(Claim(self.run, len(self.log), Journal(self.log)), trace, self.store), trace

    def end(self, key: str, status: RunStatus = RunStatus.COMPLETED, **fields: Any) -> None:
        """End a child."""
        if status is not RunStatus.COMPLETED:
            fields["error"] = RunError(code="broken", message="it broke")
        self.store.stored[key] = self.store.stored[key].model_copy(update={"status": status, **fields})


async def test_join_waits_for_all_and_returns_them_in_the_order_started() -> None:
    house = House()
    children, _ = house.attempt()
    await children.start([B, A])
    house.end("1:a", result="1")
    with pytest.raises(AwaitsChildren, match="1 of 2") as waits:
        await children.join()
    assert waits.value.open_allowed == 0
    house.end("1:b", result='{"n": 2}')
    assert [child.value for child in await children.join()] == [{"n": 2}, 1]


async def test_a_join_of_some_lets_the_others_run() -> None:
    house = House()
    children, _ = house.attempt()
    await children.start([A, B])
    with pytest.raises(AwaitsChildren) as waits:
        await children.join(at_least=1)
    assert waits.value.open_allowed == 1
    house.end("1:b")
    assert [child.status.over for child in await children.join(at_least=1)] == [False, True]


async def test_children_have_the_parents_deadline_correlation_owner_and_root() -> None:
    house = House(root_run_id="root")
    (child,) = await house.attempt()[0].start([A])
    shared = (child.deadline, child.correlation_id, child.user_id, child.root_run_id, child.parent_run_id)
    assert shared == (house.run.deadline, "request-1", "u", "root", "p")


async def test_a_failed_child_is_tried_again_whatever_its_siblings_do_and_no_oftener_than_told() -> None:
    house = House()
    children, _ = house.attempt()
    with pytest.raises(AwaitsChildren) as waits:
        await children.run([A, B], tries=2)
    assert waits.value.open_allowed == 1, "a failure of any of them is to be heard of"
    house.end("1:a", RunStatus.FAILED)
    with pytest.raises(AwaitsChildren):
        await house.attempt()[0].run([A, B], tries=2)
    assert set(house.store.stored) == {"1:a", "1:b", "2:a"}
    house.end("1:b", result="2")
    house.end("2:a", RunStatus.TIMED_OUT)
    ended = await house.attempt()[0].run([A, B], tries=2)
    assert [(run.id, run.status) for run in ended] == [("2:a", RunStatus.TIMED_OUT), ("1:b", RunStatus.COMPLETED)]
    assert len(house.store.stored) == 3


async def test_a_cancelled_child_is_not_tried_again() -> None:
    house = House()
    children, _ = house.attempt()
    await children.start([A])
    house.store.stored["1:a"] = house.store.stored["1:a"].model_copy(update={"status": RunStatus.CANCELLED})
    (ended,) = await children.run([A], tries=3)
    assert (ended.status, len(house.store.stored)) == (RunStatus.CANCELLED, 1)


async def test_each_wait_is_a_step_of_the_log_with_an_end() -> None:
    house = House()
    for child in (A, B):
        children, trace = house.attempt()
        started = [A] if child is A else [A, B]
        with pytest.raises(AwaitsChildren):
            await children.start(started)
            await children.join()
        trace.record(children.waiting())
        house.end(child.stored_key)
        again, _ = house.attempt()
        assert again.ended_a_wait
        await again.start(started)
        await again.join()
        assert not again.ended_a_wait
    steps = [(event.type, event.span_id) for event in house.log]
    assert steps == [
        ("node_start", "children/1"), ("node_end", "children/1"), ("node_start", "children/2"),
        ("node_end", "children/2"),
    ]  # fmt: skip


async def test_an_attempt_after_a_crash_ended_no_wait() -> None:
    house = House(NodeStart(timestamp=0.0, span_id="children/1", node="children"), crashes=1)
    assert not house.attempt()[0].ended_a_wait


async def test_what_children_used_is_added_up_once_they_have_ended() -> None:
    house = House()
    children, _ = house.attempt()
    own = Outcome.of([1], usage=Usage(total_tokens=5), cost_usd=Decimal("0.5"))
    assert await children.rolled_up(own) == own, "without children there is nothing to ask for"
    await children.start([A, B])
    house.end("1:a", usage=Usage(total_tokens=2), cost_usd=Decimal("0.25"))
    house.store.stored["1:b"] = house.store.stored["1:b"].model_copy(update={"usage": Usage(total_tokens=100)})
    total = await children.rolled_up(own)
    assert (total.usage.total_tokens, total.cost_usd) == (7, Decimal("0.75"))
    waits = Outcome(status=RunStatus.WAITING, awaits_children=0)
    assert await children.rolled_up(waits) == waits


async def test_the_end_of_a_failed_wait_is_not_told() -> None:
    house = House(NodeStart(timestamp=0.0, span_id="children/1", node="children"))
    children, _ = house.attempt()
    with pytest.raises(AwaitsChildren):
        await children.start([A])
        await children.join()
    assert not any(isinstance(event, NodeEnd) for event in house.log)


@pytest.mark.parametrize(
    ("count", "depth", "error"), [(2, 3, None), (3, 1, TooManyChildren), (1, 4, RunsTooDeep), (3, 4, RunsTooDeep)]
)
def test_limits_name_themselves(count: int, depth: int, error: type[Exception] | None) -> None:
    limits = ChildLimits(children=2, depth=3)
    if error is None:
        limits.check(children=count, depth=depth)
        return
    with pytest.raises(error, match=r"[23]"):
        limits.check(children=count, depth=depth)


@pytest.mark.parametrize("value", [None, 1, "ü", [1, {"a": None}], {"b": 1.5}])
def test_results_come_back_as_they_were_given(value: Any) -> None:
    assert a_run(result=Outcome.of(value).result).value == value


def test_an_executions_value_is_its_text_or_its_output() -> None:
    fields: dict[str, Any] = {"agent_id": "a", "agent_version": 1, "agent_name": "A", "query": "q"}
    execution = Execution.start(timeout_s=1, now=NOW, id="e", user_id="u", **fields)
    assert execution.model_copy(update={"result": "42"}).value == "42"
    shaped = Execution.start(timeout_s=1, now=NOW, id="e", user_id="u", output_schema={}, **fields)
    assert shaped.model_copy(update={"result": "42"}).value == 42
