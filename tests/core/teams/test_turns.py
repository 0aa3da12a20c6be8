"""One iteration: who is due when, at most once, and what comes of failures."""

from dynagent.core.teams import Turn
from tests.core.teams.runs import child, coordinator, failed, member, said, team

A, B, C = member("A"), member("B", "A"), member("C", "A", "B")


def due(*turns: Turn) -> list[str]:
    current = team(*turns).current
    assert current is not None
    return [one.name for one in current.due]


def test_members_are_due_in_waves_once_their_dependencies_have_an_output() -> None:
    first = coordinator(1, A, B, C)
    assert due(child("coordinator", "coordinator", 1, status="running", input={"roster": [A.stored()]})) == []
    assert due(first) == ["A"]
    assert due(first, said("A", 1, "a")) == ["B"]
    assert due(first, said("A", 1, "a"), said("B", 1, "b")) == ["C"]
    assert due(first, said("A", 1, "a"), said("B", 1, "b"), said("C", 1, "c")) == []


def test_an_output_of_the_iteration_before_makes_nobody_ready() -> None:
    turns = [coordinator(1, A, B), said("A", 1, "a"), said("B", 1, "b"), coordinator(2, A, B, at=3)]
    assert due(*turns) == ["A"]


def test_a_failure_has_its_text_as_status_and_stops_those_only_that_wait_for_it() -> None:
    run = team(coordinator(1, A, B, member("D")), failed("A", 1, "no model"), said("D", 1, "d"))
    current = run.current
    assert current is not None and current.over
    statuses = current.statuses()
    assert statuses == {"A": "error: no model", "B": "skipped: no output of A", "D": "completed"}


def test_obstacles_and_circles_are_errors_of_those_members() -> None:
    stuck = (member("A", "B"), member("B", "A"), member("C", obstacle="it depends on 'X', which is not active"))
    current = team(coordinator(1, *stuck)).current
    assert current is not None and current.over
    assert current.statuses() == {
        "A": "error: these agents wait for each other: A → B → A",
        "B": "error: these agents wait for each other: A → B → A",
        "C": "error: it depends on 'X', which is not active",
    }


def test_a_coordinator_that_failed_directs_nobody_and_holds_nobody_up() -> None:
    turn = child("coordinator", "coordinator", 1, status="failed", input={"roster": [A.stored()]})
    current = team(turn).current
    assert current is not None
    assert ([one.name for one in current.due], dict(current.directions)) == (["A"], {})


def test_before_anybody_has_done_anything_nothing_is_complete() -> None:
    assert due(coordinator(1, A, result='{"project_complete": true}')) == ["A"]
    turns = [coordinator(1, A), said("A", 1, "a"), coordinator(2, A, result='{"project_complete": true}')]
    assert due(*turns) == []


def test_directions_are_texts_by_name_and_nothing_else() -> None:
    result = '{"project_complete": false, "directions": {"A": "Be short.", "B": 5, "C": " "}}'
    current = team(coordinator(1, A, result=result)).current
    assert current is not None and dict(current.directions) == {"A": "Be short."}
