"""What comes of a due time: a run, or the reason why there is none, and the next time."""

from datetime import UTC, datetime, timedelta
from typing import Any

from dynagent.core.schedules import BadTimetable, DueSchedule, Schedule
from dynagent.core.shared.errors import Violation

NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
NEXT = NOW + timedelta(minutes=5)


class EveryFiveMinutes:
    def after(self, cron: str, time_zone: str, moment: datetime, count: int = 1) -> list[datetime]:
        if time_zone == "Mars/Olympus":
            raise BadTimetable("no", violations=[Violation("/time_zone", "zone", "is not known")])
        return [moment + timedelta(minutes=5 * (number + 1)) for number in range(count)]


def due(time_zone: str = "UTC", **fields: Any) -> DueSchedule:
    schedule = Schedule(
        id="s",
        user_id="u",
        agent_id="a",
        name="daily",
        cron="*/5 * * * *",
        time_zone=time_zone,
        query="What is new?",
        context={"b": 1, "a": 2},
        created_at=NOW,
        updated_at=NOW,
    )
    return DueSchedule(schedule=schedule, due=NOW - timedelta(hours=1), now=NOW, version=3, name="Ada", **fields)


def test_a_due_schedule_asks_its_agent_and_makes_up_for_missed_times_once() -> None:
    run = due().run()
    assert run is not None
    assert (run.user_id, run.kind, run.subject_id, run.subject_version) == ("u", "agent", "a", 3)
    assert run.input["query"] == "What is new?"
    fired = due().fired(EveryFiveMinutes(), waiting=1, most_waiting=2)
    assert (fired.next_fire, fired.problem) == (NEXT, None)


def test_a_due_schedule_of_a_workflow_runs_it_with_its_inputs() -> None:
    found = due()
    of_workflow = {"agent_id": None, "workflow_id": "w", "query": "", "inputs": {"topic": "bees"}}
    run = found.model_copy(update={"schedule": found.schedule.model_copy(update=of_workflow)}).run()
    assert run is not None
    assert (run.kind, run.subject_id, run.input["inputs"]) == ("workflow", "w", {"topic": "bees"})


def test_a_due_time_has_one_key() -> None:
    assert due().key == "s:2026-05-04T02:02:01+00:00"


def test_a_disabled_agent_is_passed_over() -> None:
    passed = due(obstacle="agent 'Ada' is disabled")
    assert passed.run() is None
    fired = passed.fired(EveryFiveMinutes(), most_waiting=2)
    assert (fired.next_fire, fired.problem) == (NEXT, "agent 'Ada' is disabled: nothing was started")


def test_a_full_queue_passes_over_too() -> None:
    fired = due().fired(EveryFiveMinutes(), waiting=2, most_waiting=2)
    assert (fired.next_fire, fired.problem) == (NEXT, "2 of your executions are waiting: nothing was started")


def test_a_time_zone_that_is_not_known_stops_the_schedule() -> None:
    fired = due("Mars/Olympus").fired(EveryFiveMinutes(), most_waiting=2)
    assert (fired.next_fire, fired.problem) == (None, "the schedule stands still: time_zone is not known")
