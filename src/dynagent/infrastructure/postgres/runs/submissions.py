"""New executions on PostgreSQL: row, opening event and outbox in one statement, past sessions and transactions.

The most frequent write of all. As a transaction of four statements it took six round trips.
"""

from collections.abc import Callable, Sequence

from sqlalchemy import text

from dynagent.core.runs import Admission, Frame, Run, Submissions
from dynagent.core.shared.errors import Conflict
from dynagent.core.shared.events import DomainEvent
from dynagent.infrastructure.postgres.errors import in_our_words, refuse
from dynagent.infrastructure.postgres.pool import Connection, Pool
from dynagent.infrastructure.postgres.runs.columns import insert, values_of
from dynagent.infrastructure.postgres.statements import positional, sql
from dynagent.infrastructure.trace.recorder import encode

refuse("uq_runs_user_id_idempotency_key", Conflict, "an execution was submitted with this idempotency key")
refuse("uq_runs_schedule_key", Conflict, "this time of the schedule has been started already")

INSERT = insert()
"""Adds the run that `values_of` describes, unless its owner has one with its idempotency key."""

WAITING = text("""
SELECT count(*) AS waiting FROM (
  SELECT 1 FROM runs WHERE user_id = :user_id AND status = 'pending' LIMIT :most_waiting
) AS pending
""")
"""Counts the owner's executions that wait for a worker, no further than `most_waiting`."""

SUBMIT = sql(
    """
WITH queue AS ({waiting}), stored AS (
  {insert} RETURNING id, created_at
), opened AS (
  INSERT INTO run_events (execution_id, seq, attempt, type, at, payload)
  SELECT id, 1, 0, 'connection', created_at, CAST(:opening AS json) FROM stored
), told AS (
  INSERT INTO outbox (id, name, payload, occurred_at)
  SELECT CAST(:event_id AS uuid), CAST(:event_name AS text), CAST(:event AS jsonb), CAST(:occurred_at AS timestamptz)
  FROM stored
)
SELECT waiting, EXISTS (SELECT 1 FROM stored) AS stored FROM queue
""",
    waiting=WAITING.text,
    insert=insert(source=" FROM queue WHERE waiting < :most_waiting"),
)
_QUERY, _NAMES = positional(SUBMIT.text)
_SCHEDULED, _SCHEDULED_NAMES = positional(
    """
WITH queue AS ({waiting}), stored AS (
  {insert} RETURNING id, created_at
), opened AS (
  INSERT INTO run_events (execution_id, seq, attempt, type, at, payload)
  SELECT id, 1, 0, 'connection', created_at, CAST(:opening AS json) FROM stored
)
SELECT EXISTS (SELECT FROM stored) AS stored, waiting::int AS waiting FROM queue
""".replace("{waiting}", WAITING.text).replace(
        "{insert}",
        insert(source=" FROM queue WHERE waiting < :most_waiting", conflict="(schedule_key)", schedule_key="text"),
    )
)

Deliver = Callable[[Sequence[DomainEvent]], None]
"""Takes the events of a committed transaction; returns at once."""


Opened = Callable[[str, Frame], None]
"""Told of a stored execution's first event, for those who follow it from the start; returns at once."""


Correlation = Callable[[], str | None]
"""Says which request is being answered; None when none is."""


class PostgresSubmissions(Submissions):
    """Takes executions in; `deliver` and `opened` get the events of those that were stored."""

    def __init__(
        self,
        pool: Pool,
        deliver: Deliver,
        opened: Opened = lambda _id, _frame: None,
        correlation: Correlation = lambda: None,
    ) -> None:
        self._pool = pool
        self._deliver = deliver
        self._opened = opened
        self._correlation = correlation

    async def submit(self, run: Run, event: DomainEvent, *, most_waiting: int) -> Admission:
        """Commit all of it or nothing. Raises InvalidInput for a text that cannot be stored, DatabaseUnreachable."""
        opening = opening_of(run)
        given = values_of(run) | {
            "opening": opening,
            "correlation_id": run.correlation_id or self._correlation(),
            "event_id": event.event_id,
            "event_name": event.name,
            "event": event.model_dump_json(),
            "occurred_at": event.occurred_at,
            "most_waiting": most_waiting,
        }
        with in_our_words():
            row = await self._pool.fetchrow(_QUERY, *(given[name] for name in _NAMES))
        assert row is not None
        if row["stored"]:
            self._deliver([event])
            self._opened(run.id, Frame(1, opening.encode(), terminal=False))
        return Admission(stored=row["stored"], waiting=row["waiting"])


def opening_of(run: Run) -> str:
    """Return the first event of a run's log as it is stored."""
    return encode(run.opening_event(), seq=1, attempt=0).decode()


async def submit_scheduled(connection: Connection, run: Run, *, schedule_key: str, most_waiting: int) -> Admission:
    """Store the run of a schedule's due time in the caller's transaction, unless that time has been started before."""
    given = values_of(run) | {"opening": opening_of(run), "schedule_key": schedule_key, "most_waiting": most_waiting}
    row = await connection.fetchrow(_SCHEDULED, *(given[name] for name in _SCHEDULED_NAMES))
    assert row is not None
    return Admission(stored=row["stored"], waiting=row["waiting"])
