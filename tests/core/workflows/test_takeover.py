"""What a run takes over from an earlier one: nothing is done twice, and nothing is believed that no longer follows."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dynagent.core.runs import RunError, RunStatus, Usage
from dynagent.core.shared.errors import InvalidInput
from dynagent.core.workflows import Changes, Earlier, StepResult, TakenOver, TaskExecution, take_over
from tests.core.workflows.test_plan import agent, due, edges, graph

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def step(key: str, *, status: str = "completed", output: Any = "x", **fields: Any) -> TaskExecution:
    own = key.rpartition("/")[2].partition("~")[0]
    error = None if status == "completed" else RunError(code="broke", message=f"{key} broke")
    given: dict[str, Any] = {"step": own, "name": own, "kind": "agent", "usage": Usage(), "created_at": NOON, **fields}
    return TaskExecution(
        id=f"run-{key}", execution_id="old", key=key, status=RunStatus(status), output=output, error=error, **given
    )


def taken(plan: Any, *steps: TaskExecution, **changes: Any) -> TakenOver:
    return take_over(plan, Earlier(inputs={"topic": "bees"}, steps=steps), Changes(**changes))


RETRIED = {"config": {"on_error": {"policy": "retry", "retries": 1}}}
FORKED = graph([agent("a"), agent("b", **RETRIED), agent("c"), agent("d")], edges("a>b", "a>c", "b>d", "c>d"))


def test_a_retry_does_the_whole_series_of_failed_tries_again_and_nothing_else() -> None:
    failed = [step("b", status="failed"), step("b~2", status="timed_out")]
    found = taken(FORKED, step("a"), *failed, step("c"))
    assert (set(found.results), due(found.progress)) == ({"a", "c"}, ["b"])


def test_a_failure_that_was_overcome_is_taken_over_with_what_overcame_it() -> None:
    found = taken(FORKED, step("a"), step("b", status="failed"), step("b~2"), step("c", status="failed"))
    assert (set(found.results), due(found.progress)) == ({"a", "b", "b~2"}, ["c"])


def test_what_was_cancelled_is_done_again() -> None:
    found = taken(FORKED, step("a"), step("b", status="cancelled"), step("c", status="cancelled"))
    assert (set(found.results), due(found.progress)) == ({"a"}, ["b", "c"])


def test_a_fork_keeps_what_does_not_depend_on_the_step() -> None:
    whole = [step("a"), step("b", status="failed"), step("b~2"), step("c"), step("d")]
    assert set(taken(FORKED, *whole, from_step="b").results) == {"a", "c"}
    assert set(taken(FORKED, *whole, from_step="a").results) == set()
    later = taken(FORKED, *whole, from_step="d", steps={"b": "edited"}, inputs={"topic": "ants"})
    assert set(later.results) == {"a", "b", "c"}, "an edited output needs no further try"
    assert (later.results["b"].output, later.edited, later.inputs) == ("edited", {"b"}, {"topic": "ants"})


def test_a_fork_goes_the_way_that_an_edited_output_leads() -> None:
    nodes = [agent("a"), {"id": "if", "type": "decision"}, agent("yes"), agent("no"), agent("end")]
    ways = [
        *edges("a>if", "yes>end", "no>end"),
        {"source": "if", "target": "yes", "condition": {"expression": "last == 'y'"}},
        {"source": "if", "target": "no", "otherwise": True},
    ]
    found = taken(
        graph(nodes, ways), step("a", output="y"), step("yes"), step("end"), from_step="end", steps={"a": "n"}
    )
    assert (set(found.results), due(found.progress)) == ({"a"}, ["no"]), "what is no longer reached is not believed"


def test_a_reviewed_step_that_is_edited_counts_as_accepted() -> None:
    plan = graph([agent("a", config={"human_input_required": True}), agent("b")], edges("a>b"))
    review = step("a~review1", output={"decision": "revise", "feedback": "shorter"})
    found = taken(plan, step("a"), review, step("a~revision1"), step("b"), from_step="b", steps={"a": "short"})
    assert due(found.progress) == ["b"]
    assert found.results["a~review1"].output == {"decision": "accept"}
    assert "a~revision1" not in found.results


def test_rounds_of_a_loop_are_taken_over_up_to_the_one_done_again() -> None:
    loop = {"id": "l", "type": "loop", "config": {"max_rounds": 3}}
    plan = graph([loop, agent("w", parent="l")], [])
    rounds = [step(f"l[{number}]/w") for number in (1, 2, 3)]
    assert set(taken(plan, *rounds, from_step="l[2]/w").results) == {"l[1]/w"}


@pytest.mark.parametrize(
    ("changes", "pointer", "rule"),
    [
        ({"from_step": "nobody"}, "/from_step", "known_step"),
        ({"from_step": "b", "steps": {"zz/y": 1}}, "/edit/steps/zz~1y", "known_step"),
        ({"from_step": "b", "steps": {"d": 1}}, "/edit/steps/d", "taken_over"),
        ({"from_step": "b", "steps": {"b": 1}}, "/edit/steps/b", "taken_over"),
    ],
)
def test_what_cannot_be_forked_is_refused_with_a_pointer(changes: Any, pointer: str, rule: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        taken(FORKED, step("a"), step("b"), step("c"), step("d"), **changes)
    assert [(item.pointer, item.rule) for item in refused.value.violations] == [(pointer, rule)]


def test_a_name_that_several_steps_have_must_be_said_by_key() -> None:
    loop = {"id": "l", "type": "loop", "config": {"max_rounds": 2}}
    plan = graph([loop, agent("w", parent="l")], [])
    with pytest.raises(InvalidInput) as refused:
        taken(plan, step("l[1]/w"), step("l[2]/w"), from_step="w")
    assert "l[1]/w, l[2]/w" in refused.value.violations[0].detail


def test_what_came_first_is_taken_over_as_it_was_recorded() -> None:
    nodes = [agent("a"), agent("b"), {"id": "any", "type": "aggregator", "config": {"wait": "any"}}, agent("c")]
    plan = graph(nodes, edges("a>any", "b>any", "any>c"))
    recorded = {"any": StepResult("completed", {"b": "x"})}
    earlier = Earlier(inputs={}, steps=[step("a"), step("b"), step("c", status="failed")], recorded=recorded)
    found = take_over(plan, earlier, Changes())
    assert found.results["any"].output == {"b": "x"}
    assert due(found.progress) == ["c"]


def test_a_step_is_read_as_it_was_kept() -> None:
    before = step("a", started_at=NOON, completed_at=NOON, task_id="t", agent_id="x", agent_version=2)
    stored = before.stored(StepResult("completed", {"n": 1}), edited=True)
    after = TaskExecution.of_stored("a", stored, execution_id="new")
    same = before.model_copy(update={"execution_id": "new", "output": {"n": 1}, "taken_over": True, "edited": True})
    assert after == same
