"""Submitting in one statement: all of it or nothing, the queue's end, keys that are taken."""

import asyncio
from collections.abc import Sequence

import pytest

from dynagent.core.executions import Admission, Execution, ExecutionStarted, Frame
from dynagent.core.shared.errors import InvalidInput
from dynagent.core.shared.events import DomainEvent
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.submissions import PostgresSubmissions
from tests.conftest import ScopeFor
from tests.infrastructure.postgres.test_executions import an_execution


class Door:
    """The way in, and what it told."""

    def __init__(self, database: Database) -> None:
        self.told: list[DomainEvent] = []
        self.opened: dict[str, Frame] = {}
        self._submissions = PostgresSubmissions(database.pool, self._deliver, self.opened.__setitem__)

    def _deliver(self, events: Sequence[DomainEvent]) -> None:
        self.told += events

    async def submit(self, execution: Execution, most_waiting: int = 10) -> Admission:
        event = ExecutionStarted(
            occurred_at=execution.created_at,
            user_id=execution.user_id,
            execution_id=execution.id,
            agent_id=execution.agent_id,
        )
        return await self._submissions.submit(execution, event, most_waiting=most_waiting)


async def rows_of(database: Database, execution: Execution) -> tuple[int, int, int]:
    """Return how many rows there are of it: executions, events, outbox."""
    row = await database.pool.fetchrow(
        "SELECT (SELECT count(*) FROM executions WHERE id = $1) AS a,"
        " (SELECT count(*) FROM execution_events WHERE execution_id = $1) AS b,"
        " (SELECT count(*) FROM outbox WHERE payload->>'execution_id' = $2) AS c",
        execution.id,
        execution.id,
    )
    assert row is not None
    return row["a"], row["b"], row["c"]


async def test_row_opening_event_and_outbox_are_stored_together(database: Database, scope_for: ScopeFor) -> None:
    door, execution = Door(database), an_execution(new_id(), context={"a": [1]}, chat_id="c", priority=2)

    assert await door.submit(execution) == Admission(stored=True, waiting=0)

    assert await rows_of(database, execution) == (1, 1, 1)
    assert [event.name for event in door.told] == ["execution.started"]
    # Followers from the start are shown these bytes; a replay reads the table's.
    stored = await database.pool.fetchval(
        "SELECT payload::text FROM execution_events WHERE execution_id = $1", execution.id
    )
    assert door.opened == {execution.id: Frame(1, stored.encode(), terminal=False)}
    async with scope_for(execution.user_id) as scope:
        assert await scope.executions.get_by_id(execution.id) == execution


async def test_beyond_the_queues_end_nothing_is_stored(database: Database) -> None:
    door, user = Door(database), new_id()
    for _ in range(2):
        await door.submit(an_execution(user))
    execution = an_execution(user)

    assert await door.submit(execution, most_waiting=2) == Admission(stored=False, waiting=2)

    assert await rows_of(database, execution) == (0, 0, 0)
    assert len(door.told) == 2
    assert (await door.submit(an_execution(new_id()), most_waiting=2)).stored


async def test_of_twenty_with_one_key_one_is_stored(database: Database) -> None:
    door, user = Door(database), new_id()
    executions = [an_execution(user, idempotency_key="k") for _ in range(20)]

    admissions = await asyncio.gather(*(door.submit(execution, 100) for execution in executions))

    assert sum(admission.stored for admission in admissions) == 1
    assert len(door.told) == 1
    found = [await rows_of(database, execution) for execution in executions]
    assert sorted(found) == [(0, 0, 0)] * 19 + [(1, 1, 1)]


async def test_a_text_that_cannot_be_stored_is_the_callers_fault(database: Database) -> None:
    door, execution = Door(database), an_execution(new_id(), query="a\x00b")

    with pytest.raises(InvalidInput):
        await door.submit(execution)

    assert await rows_of(database, execution) == (0, 0, 0)
    assert door.told == []
