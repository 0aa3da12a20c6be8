"""New executions on PostgreSQL: row, opening event and outbox in one statement, past sessions and transactions.

The most frequent write of all. As a transaction of four statements it took six round trips.
"""

from collections.abc import Callable, Sequence
from typing import Any

import orjson
from sqlalchemy import text

from dynagent.core.executions import Admission, Execution, Frame, Submissions
from dynagent.core.shared.events import DomainEvent
from dynagent.infrastructure.memory.recorder import encode
from dynagent.infrastructure.postgres.errors import in_our_words
from dynagent.infrastructure.postgres.pool import Pool
from dynagent.infrastructure.postgres.statements import positional, sql

_INSERT = """
INSERT INTO executions (id, user_id, agent_id, agent_version, agent_name, query, model, context, chat_id,
  lane, priority, status, attempt, crashes, cancel_requested, deadline, idempotency_key, origin, result, error,
  usage, cost_usd, answered_model, output_schema, created_at, started_at, completed_at)
SELECT CAST(:id AS uuid), CAST(:owner AS uuid), CAST(:agent_id AS uuid), CAST(:agent_version AS int),
  CAST(:agent_name AS text), CAST(:query AS text), CAST(:model AS text), CAST(:context AS jsonb),
  CAST(:chat_id AS text), CAST(:lane AS text), CAST(:priority AS int), CAST(:status AS text),
  CAST(:attempt AS int), CAST(:crashes AS int), CAST(:cancel_requested AS boolean), CAST(:deadline AS timestamptz),
  CAST(:idempotency_key AS text), CAST(:origin AS jsonb), CAST(:result AS text), CAST(:error AS jsonb),
  CAST(:usage AS jsonb), CAST(:cost_usd AS numeric), CAST(:answered_model AS text),
  CAST(:output_schema AS json), CAST(:created_at AS timestamptz), CAST(:started_at AS timestamptz),
  CAST(:completed_at AS timestamptz){source}
ON CONFLICT (user_id, idempotency_key) DO NOTHING
"""
INSERT = _INSERT.replace("{source}", "")
"""Adds the execution that `columns_of` describes, unless its owner has one with its idempotency key."""

WAITING = text("""
SELECT count(*) AS waiting FROM (
  SELECT 1 FROM executions WHERE user_id = :owner AND status = 'pending' LIMIT :most_waiting
) AS pending
""")
"""Counts the owner's executions that wait for a worker, no further than `most_waiting`."""

SUBMIT = sql(
    """
WITH queue AS ({waiting}), stored AS (
  {insert} RETURNING id, created_at
), opened AS (
  INSERT INTO execution_events (execution_id, seq, attempt, type, at, payload)
  SELECT id, 1, 0, 'connection', created_at, CAST(:opening AS json) FROM stored
), told AS (
  INSERT INTO outbox (id, name, payload, occurred_at)
  SELECT CAST(:event_id AS uuid), CAST(:event_name AS text), CAST(:event AS jsonb), CAST(:occurred_at AS timestamptz)
  FROM stored
)
SELECT waiting, EXISTS (SELECT 1 FROM stored) AS stored FROM queue
""",
    waiting=WAITING.text,
    insert=_INSERT.replace("{source}", " FROM queue WHERE waiting < :most_waiting"),
)
_QUERY, _NAMES = positional(SUBMIT.text)

Deliver = Callable[[Sequence[DomainEvent]], None]
"""Takes the events of a committed transaction; returns at once."""


Opened = Callable[[str, Frame], None]
"""Told of a stored execution's first event, for those who follow it from the start; returns at once."""


class PostgresSubmissions(Submissions):
    """Takes executions in; `deliver` and `opened` get the events of those that were stored."""

    def __init__(self, pool: Pool, deliver: Deliver, opened: Opened = lambda _id, _frame: None) -> None:
        self._pool = pool
        self._deliver = deliver
        self._opened = opened

    async def submit(self, execution: Execution, event: DomainEvent, *, most_waiting: int) -> Admission:
        """Commit all of it or nothing. Raises InvalidInput for a text that cannot be stored, DatabaseUnreachable."""
        opening = opening_of(execution)
        given = columns_of(execution, execution.user_id) | {
            "opening": opening,
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
            self._opened(execution.id, Frame(1, opening.encode(), terminal=False))
        return Admission(stored=row["stored"], waiting=row["waiting"])


def columns_of(execution: Execution, owner: str) -> dict[str, Any]:
    """Return the values of an execution's columns, by the names that the statements use."""
    columns = dict(execution)
    del columns["user_id"]
    return columns | {
        "owner": owner,
        "status": execution.status.value,
        "context": orjson.dumps(execution.context).decode(),
        "error": execution.error.model_dump_json() if execution.error else None,
        "usage": execution.usage.model_dump_json(),
        "origin": execution.origin.model_dump_json() if execution.origin else None,
        "output_schema": None if execution.output_schema is None else orjson.dumps(execution.output_schema).decode(),
    }


def opening_of(execution: Execution) -> str:
    """Return the first event of an execution's log as it is stored."""
    return encode(execution.opening_event(), seq=1, attempt=0).decode()
