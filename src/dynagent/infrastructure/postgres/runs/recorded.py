"""Records of executions that other engines run."""

from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.executions import Execution
from dynagent.core.runs import AnyTraceEvent, Frame
from dynagent.core.shared.errors import StaleVersion
from dynagent.core.workflows import RecordedExecutions
from dynagent.infrastructure.postgres.runs.columns import values_of
from dynagent.infrastructure.postgres.runs.executions import CREATE
from dynagent.infrastructure.postgres.runs.submissions import opening_of
from dynagent.infrastructure.postgres.runs.told import OnStored
from dynagent.infrastructure.postgres.statements import fetch_one, sql
from dynagent.infrastructure.trace.recorder import encode

CHANGE = sql("""
UPDATE runs SET input = CAST(:input AS json), status = :status, started_at = :started_at, completed_at = :completed_at,
  result = :result, error = CAST(:error AS jsonb), usage = CAST(:usage AS jsonb), cost_usd = :cost_usd
WHERE id = :id AND user_id = :user_id AND input ->> 'recorded_status' IS NOT NULL
  AND (status = 'waiting' OR status = :status AND NOT EXISTS (
    SELECT FROM run_events v WHERE v.execution_id = runs.id AND v.seq > 1
  ))
RETURNING id
""")
LAST = sql("""
INSERT INTO run_events (execution_id, seq, attempt, type, at, payload)
VALUES (CAST(:id AS uuid), 2, 1, :type, :at, CAST(:payload AS json)) RETURNING seq
""")
"""The log of a record has its beginning and its end."""
_CHANGED = ("id", "user_id", "input", "status", "started_at", "completed_at", "result", "error", "usage", "cost_usd")


class PostgresRecordedExecutions(RecordedExecutions):
    """One owner's records in one session; nothing is committed here."""

    def __init__(self, session: AsyncSession, user_id: str, on_stored: OnStored) -> None:
        self._session = session
        self._owner = user_id
        self._on_stored = on_stored

    async def add(self, record: Execution) -> None:
        """Keep a new one, with the beginning of its log."""
        await fetch_one(self._session, CREATE, **values_of(record, self._owner), opening=opening_of(record))

    async def change(self, record: Execution, last: AnyTraceEvent | None) -> None:
        """Keep another state of one. Raises StaleVersion when it has ended meanwhile."""
        values = values_of(record, self._owner)
        if await fetch_one(self._session, CHANGE, **{name: values[name] for name in _CHANGED}) is None:
            raise StaleVersion(f"the record of execution {record.id} has ended meanwhile")
        if last is not None:
            payload = encode(last, seq=2, attempt=1)
            at = record.completed_at
            await fetch_one(self._session, LAST, id=record.id, type=last.type, at=at, payload=payload.decode())
            self._on_stored(record.id, [Frame(2, payload, terminal=True)])
