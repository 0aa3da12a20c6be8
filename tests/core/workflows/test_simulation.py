"""A run on paper: what becomes due, which edges are taken, where it stops."""

from typing import Any

from dynagent.core.workflows import Definition, Mock, Plan, Simulation, simulate
from tests.core.workflows.test_plan import CONDITIONS, agent, edges, graph

WAYS = [
    *edges("a>if"),
    {"id": "high", "source": "if", "target": "yes", "condition": {"expression": "steps.a.output > 3"}},
    {"id": "low", "source": "if", "target": "no", "otherwise": True},
]
PLAN = graph([agent("a"), {"id": "if", "type": "decision"}, agent("yes"), agent("no")], WAYS)


def shown(made: Simulation) -> list[tuple[Any, ...]]:
    return [
        ([*item.ended], [edge.id or f"{edge.source}>{edge.target}" for edge in item.taken], [s.key for s in item.due])
        for item in made.rounds
    ]


def test_each_round_says_what_ended_which_way_it_went_and_what_is_due() -> None:
    made = simulate(PLAN, {}, {"a": Mock(5), "yes": Mock("done")})
    assert (made.status, made.output) == ("completed", "done")
    assert shown(made) == [([], [], ["a"]), (["a", "if", "no"], ["a>if", "high"], ["yes"]), (["yes"], [], [])]
    assert made.steps["no"].status == "skipped"


def test_it_waits_for_outputs_that_nobody_made_up() -> None:
    made = simulate(PLAN, {}, {"a": Mock(1)})
    assert (made.status, made.missing) == ("waiting", ("no",))


def test_a_failure_is_made_up_as_well() -> None:
    made = simulate(PLAN, {}, {"a": Mock(error="no model")})
    assert made.error is not None
    assert (made.status, made.error.message) == ("failed", "step 'a' failed: no model")


def test_it_stops_at_breakpoints_and_after_so_many_rounds() -> None:
    mocks = {"a": Mock(5), "yes": Mock("done")}
    assert simulate(PLAN, {}, mocks, breakpoints={"yes"}).status == "stopped"
    assert len(simulate(PLAN, {}, mocks, stop_after=1).rounds) == 1


def test_rounds_of_a_loop_are_made_up_one_by_one_or_all_at_once() -> None:
    loop = {"id": "l", "type": "loop", "config": {"max_rounds": 3, "until": {"expression": "last == 'good'"}}}
    plan = graph([loop, agent("w", parent="l", alias="Worker")], [])
    made = simulate(plan, {}, {"l[2]/w": Mock("good"), "Worker": Mock("bad")})
    assert (made.status, made.output, len(made.rounds)) == ("completed", "good", 3)


def test_reviews_of_steps_that_are_made_up_accept_them_unless_they_are_made_up_themselves() -> None:
    plan = graph([agent("a", config={"description": "d", "human_input_required": True})], [])
    assert simulate(plan, {}, {"a": Mock("x")}).output == "x"
    edited = {"a": Mock("x"), "a~review1": Mock({"decision": "edit", "output": "y"})}
    assert simulate(plan, {}, edited).output == "y"
    odd = simulate(plan, {}, {"a": Mock("x"), "a~review1": Mock("yes")})
    assert odd.error is not None
    assert (odd.status, odd.error.code) == ("failed", "bad_review")


def test_a_manager_of_tasks_that_are_made_up_delegates_them_to_who_was_meant() -> None:
    definition = Definition.model_validate(
        {
            "process_type": "hierarchical",
            "nodes": [{"id": "a", "agent_id": "A"}, {"id": "b", "agent_id": "B"}],
            "tasks": [{"node_id": "b", "description": "d"}],
        }
    )
    plan = Plan(definition, CONDITIONS, {"A": "Ada", "B": "Bob"})
    made = simulate(plan, {}, {"b": Mock("done")})
    assert (made.status, made.output) == ("completed", "done")
    odd = simulate(plan, {}, {"b": Mock("done"), "task:1~delegate": Mock("nobody")})
    assert odd.error is not None
    assert odd.error.code == "delegation_failed"
