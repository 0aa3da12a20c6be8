"""Executions: states, deadlines, the opening event."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from dynagent.core.executions import Execution, ExecutionFilter, ExecutionOver
from dynagent.core.runs import Outcome, RunError, RunStatus, Usage
from dynagent.core.shared.ids import new_id

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
OVER = {RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.TIMED_OUT}


def an_execution(**fields: Any) -> Execution:
    values = {
        "id": new_id(),
        "user_id": "ada",
        "agent_id": new_id(),
        "agent_version": 3,
        "agent_name": "Helper",
        "query": "23*19?",
        **fields,
    }
    return Execution.start(timeout_s=60.0, now=NOON, **values)


def test_a_new_execution_waits_with_a_deadline() -> None:
    execution = an_execution()
    assert (execution.status, execution.attempt, execution.crashes) == (RunStatus.PENDING, 0, 0)
    assert execution.deadline == NOON + timedelta(seconds=60)
    assert execution.duration_ms is None


@pytest.mark.parametrize("status", list(RunStatus))
def test_which_states_are_terminal(status: RunStatus) -> None:
    assert status.over is (status in OVER)
    execution = an_execution(status=status)
    if status.over:
        with pytest.raises(ExecutionOver, match=status.value):
            execution.check_cancellable()
    else:
        execution.check_cancellable()


def test_the_duration_is_known_at_the_end() -> None:
    execution = an_execution(started_at=NOON, completed_at=NOON + timedelta(milliseconds=1500))
    assert execution.duration_ms == 1500.0
    assert an_execution(started_at=NOON).duration_ms is None


def test_the_opening_event_says_what_was_accepted() -> None:
    execution = an_execution()
    event = execution.opening_event()
    assert (event.type, event.status, event.seq, event.attempt) == ("connection", "connected", 1, 0)
    assert (event.execution_id, event.agent_id, event.agent_version) == (execution.id, execution.agent_id, 3)
    assert (event.agent_name, event.query, event.timestamp) == ("Helper", "23*19?", NOON.timestamp())


def test_values_are_read_back_from_json() -> None:
    execution = an_execution(
        status="failed",
        error=RunError(code="timeout", message="too slow"),
        usage=Usage(total_tokens=5),
        cost_usd=Decimal("0.000123"),
        context={"a": [1]},
    )
    assert Execution.model_validate_json(execution.model_dump_json()) == execution
    outcome = Outcome(status=RunStatus.COMPLETED, result="437", cost_usd=Decimal("0.1"))
    assert Outcome.model_validate_json(outcome.model_dump_json()) == outcome
    wanted = ExecutionFilter(status=(RunStatus.RUNNING,), created_from=NOON)
    assert ExecutionFilter.model_validate_json(wanted.model_dump_json()) == wanted


def test_an_execution_does_not_change_under_its_readers() -> None:
    with pytest.raises(ValidationError):
        an_execution().status = RunStatus.RUNNING  # pyright: ignore[reportAttributeAccessIssue]
