"""Schedules in PostgreSQL, and their firing: each due time once, however many workers look."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import asyncpg
import orjson
import structlog
from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Index, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.executions import DueExecution, Execution, Lane
from dynagent.core.schedules import (
    BadTimetable,
    Schedule,
    ScheduleChangedMeanwhile,
    ScheduleNotFound,
    Schedules,
    Timetable,
)
from dynagent.core.shared.ids import is_id, new_id
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.shared.tasks import end_tasks
from dynagent.infrastructure.memory.recorder import encode
from dynagent.infrastructure.postgres.pool import Connection, Pool, Row
from dynagent.infrastructure.postgres.statements import fetch_one, fetch_page, sql
from dynagent.infrastructure.postgres.tables import metadata

log = structlog.get_logger(__name__)

BATCH = 100
Notify = Callable[[str, Lane], None]

schedules = Table(
    "schedules",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("user_id", Uuid(as_uuid=False), nullable=False),
    Column("agent_id", Uuid(as_uuid=False), ForeignKey("agents.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("cron", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("model", Text),
    Column("context", JSONB, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("next_fire", DateTime(timezone=True)),
    Column("last_fire", DateTime(timezone=True)),
    Column("last_execution_id", Uuid(as_uuid=False)),
    Column("last_problem", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)
Index("ix_schedules_agent_id", schedules.c.agent_id)
Index("ix_schedules_user_id_id", schedules.c.user_id, schedules.c.id.desc())
Index("ix_schedules_next_fire", schedules.c.next_fire, postgresql_where=schedules.c.next_fire.is_not(None))

COLUMNS = (
    "id, user_id, agent_id, name, cron, time_zone, query, model, context::text AS context, paused, next_fire, "
    "last_fire, last_execution_id, last_problem, created_at, updated_at"
)
CREATE = text("""
INSERT INTO schedules (id, user_id, agent_id, name, cron, time_zone, query, model, context, paused, next_fire,
  created_at, updated_at)
VALUES (:id, :owner, :agent_id, :name, :cron, :time_zone, :query, :model, CAST(:context AS jsonb), :paused, :next_fire,
  :created_at, :updated_at) RETURNING id
""")
GET = sql("SELECT {columns} FROM schedules WHERE id = :id AND user_id = :owner", columns=COLUMNS)
UPDATE = text("""
UPDATE schedules SET agent_id = :agent_id, name = :name, cron = :cron, time_zone = :time_zone, query = :query,
  model = :model, context = CAST(:context AS jsonb), paused = :paused, next_fire = :next_fire, updated_at = :updated_at
WHERE id = :id AND user_id = :owner AND updated_at < :updated_at RETURNING id
""")
DELETE = text("DELETE FROM schedules WHERE id = :id AND user_id = :owner RETURNING id")
DUE = """
SELECT s.id, s.user_id, s.agent_id, s.name, s.cron, s.time_zone, s.query, s.model, s.context::text AS context,
  s.next_fire, a.version, a.name AS agent_name, a.status, now() AS now,
  (a.configuration ->> 'run_timeout_s')::float8 AS run_timeout_s,
  a.configuration ->> 'output_schema' AS output_schema
FROM schedules s JOIN agents a ON a.id = s.agent_id AND a.user_id = s.user_id
WHERE s.next_fire <= now() ORDER BY s.next_fire LIMIT $1 FOR UPDATE OF s SKIP LOCKED
"""
FIRED = """
UPDATE schedules SET next_fire = $3, last_fire = $2, last_execution_id = coalesce($4, last_execution_id),
  last_problem = $5
WHERE id = $1 AND next_fire = $2
"""
START = """
WITH queue AS (
  SELECT count(*)::int AS waiting FROM (
    SELECT 1 FROM executions WHERE user_id = $2 AND status = 'pending' LIMIT $13
  ) AS pending
), stored AS (
  INSERT INTO executions (id, user_id, agent_id, agent_version, agent_name, query, model, context, lane, status,
    deadline, schedule_key, usage, created_at, output_schema)
  SELECT $1::uuid, $2::uuid, $3::uuid, $4::int, $5::text, $6::text, $7::text, $8::jsonb, 'batch', 'pending',
    $9::timestamptz, $10::text, '{}', $11::timestamptz, $14::json
  FROM queue WHERE waiting < $13
  ON CONFLICT (schedule_key) DO NOTHING RETURNING id, created_at
), opened AS (
  INSERT INTO execution_events (execution_id, seq, attempt, type, at, payload)
  SELECT id, 1, 0, 'connection', created_at, $12::json FROM stored
)
SELECT EXISTS (SELECT FROM stored) AS stored, waiting FROM queue
"""


class PostgresSchedules(Schedules):
    """One owner's schedules in one session; nothing is committed here."""

    def __init__(self, session: AsyncSession, user_id: str) -> None:
        self._session = session
        self._owner = user_id

    async def create(self, entity: Schedule) -> Schedule:
        """Add a schedule."""
        columns = _columns(entity, self._owner) | {"created_at": entity.created_at}
        await fetch_one(self._session, CREATE, **columns)
        return entity

    async def get_by_id(self, id: str) -> Schedule | None:
        """Return the owner's schedule, or None."""
        row = await fetch_one(self._session, GET, id=id, owner=self._owner) if is_id(id) else None
        return _read(row) if row else None

    async def update(self, entity: Schedule) -> Schedule:
        """Store changes. Raises ScheduleNotFound, ScheduleChangedMeanwhile."""
        if await fetch_one(self._session, UPDATE, **_columns(entity, self._owner)) is not None:
            return entity
        if await self.get_by_id(entity.id) is None:
            raise ScheduleNotFound(f"there is no schedule {entity.id!r}")
        raise ScheduleChangedMeanwhile(f"schedule {entity.id} was changed meanwhile; read it again")

    async def delete(self, id: str) -> bool:
        """Remove a schedule; its executions stay."""
        return is_id(id) and await fetch_one(self._session, DELETE, id=id, owner=self._owner) is not None

    async def list_all(self, skip: int = 0, limit: int = 100) -> list[Schedule]:
        """Return up to `limit` schedules, newest first."""
        return list((await self.find(None, PageRequest(skip=skip, limit=limit))).items)

    async def find(self, agent_id: str | None, page: PageRequest) -> Page[Schedule]:
        """Return a page, newest first."""
        if agent_id is not None and not is_id(agent_id):
            return Page(items=[], total=0, skip=page.skip, limit=page.limit)
        return await fetch_page(
            self._session,
            columns=COLUMNS,
            table="schedules",
            conditions=["user_id = :owner", *(["agent_id = :agent_id"] if agent_id else [])],
            parameters={"owner": self._owner, **({"agent_id": agent_id} if agent_id else {})},
            page=page,
            read=_read,
        )


class PostgresFiring:
    """Starts what is due: compare-and-set of the next time and the execution's row in one transaction.

    Due times that passed while no worker was there are made up for once, not once each. `run_timeout_s` is the time
    limit of runs whose agent sets none; whose owner has `most_waiting` executions waiting is passed over.
    """

    def __init__(
        self, pool: Pool, timetable: Timetable, notify: Notify, *, run_timeout_s: float, most_waiting: int = 10_000
    ) -> None:
        self._pool = pool
        self._timetable = timetable
        self._notify = notify
        self._run_timeout_s = run_timeout_s
        self._most_waiting = most_waiting
        self._task: asyncio.Task[None] | None = None

    def start(self, *, every_s: float) -> None:
        """Begin to look for due schedules every few seconds; call on the running loop."""
        self._task = asyncio.get_running_loop().create_task(self._run(every_s), name="schedules")

    async def stop(self) -> None:
        """Stop looking."""
        await end_tasks([self._task])

    async def _run(self, every_s: float) -> None:
        while True:
            try:
                while await self.fire() == BATCH:
                    pass
            except Exception as error:
                log.warning("schedules_not_fired", error=repr(error))
            await asyncio.sleep(every_s)

    async def fire(self, limit: int = BATCH) -> int:
        """Start up to `limit` due executions and notify workers of each after the commit; return how many were due."""
        async with self._pool.acquire() as connection, connection.transaction():
            started = [await self._fire_apart(connection, row) for row in await connection.fetch(DUE, limit)]
        for item in started:
            if item is not None:
                self._notify(item.execution_id, item.lane)
        return len(started)

    async def _fire_apart(self, connection: Connection, row: Row) -> DueExecution | None:
        """Fire one so that what is wrong with it holds up no other; it is tried again."""
        try:
            async with connection.transaction():
                return await self._fire_one(connection, row)
        except asyncpg.PostgresError as error:
            log.error("schedule_not_fired", schedule_id=str(row["id"]), error=repr(error))
            return None

    async def _fire_one(self, connection: Connection, row: Row) -> DueExecution | None:
        execution = self._execution(row)
        following, stopped = self._following(row)
        started, passed_over = False, None
        if row["status"] == "disabled":
            passed_over = f"agent {row['agent_name']!r} is disabled: nothing was started"
        else:
            started, passed_over = await self._start(connection, row, execution)
        id = execution.id if started else None
        await connection.execute(FIRED, row["id"], row["next_fire"], following, id, stopped or passed_over)
        log.info("schedule_fired", schedule_id=str(row["id"]), execution_id=id, passed_over=passed_over)
        return DueExecution(execution.id, "batch") if started else None

    async def _start(self, connection: Connection, row: Row, execution: Execution) -> tuple[bool, str | None]:
        """Store the execution; return whether it is new, and why not, unless this due time was fired before."""
        stored = await connection.fetchrow(
            START,
            execution.id,
            execution.user_id,
            execution.agent_id,
            execution.agent_version,
            execution.agent_name,
            execution.query,
            execution.model,
            row["context"],
            execution.deadline,
            f"{row['id']}:{row['next_fire'].isoformat()}",
            execution.created_at,
            encode(execution.opening_event(), seq=1, attempt=0).decode(),
            self._most_waiting,
            row["output_schema"],
        )
        assert stored is not None
        full = stored["waiting"] >= self._most_waiting
        reason = f"{stored['waiting']} of your executions are waiting: nothing was started" if full else None
        return stored["stored"], reason

    def _following(self, row: Row) -> tuple[datetime | None, str | None]:
        """Return the next time; or None and why there is none."""
        try:
            return self._timetable.after(row["cron"], row["time_zone"], row["now"])[0], None
        except BadTimetable as error:
            # The time zone database of this machine may not know it: stop rather than fire at a wrong time.
            log.error("schedule_stopped", schedule_id=str(row["id"]), error=str(error))
            reasons = "; ".join(f"{item.pointer.strip('/')} {item.detail}" for item in error.violations)
            return None, f"the schedule stands still: {reasons or error.detail}"

    def _execution(self, row: Row) -> Execution:
        return Execution.start(
            timeout_s=row["run_timeout_s"] or self._run_timeout_s,
            now=row["now"],
            id=new_id(),
            user_id=str(row["user_id"]),
            agent_id=str(row["agent_id"]),
            agent_version=row["version"],
            agent_name=row["agent_name"],
            query=row["query"],
            model=row["model"],
            lane="batch",
        )


def _columns(schedule: Schedule, owner: str) -> dict[str, Any]:
    fields = schedule.model_dump(exclude={"user_id", "created_at", "last_fire", "last_execution_id", "last_problem"})
    return fields | {"owner": owner, "context": orjson.dumps(schedule.context).decode()}


def _read(row: Row) -> Schedule:
    ids = {name: str(row[name]) if row[name] else None for name in ("id", "user_id", "agent_id", "last_execution_id")}
    return Schedule.model_validate({**dict(row), **ids, "context": orjson.loads(row["context"])})
