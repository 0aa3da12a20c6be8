"""The firing of schedules: each due time once, however many workers look. What is due decides core."""

import asyncio
import json
from collections.abc import Callable

import asyncpg
import structlog

from dynagent.core.executions import DueExecution, Execution, Lane
from dynagent.core.schedules import DueSchedule, Timetable
from dynagent.core.shared.ids import new_id
from dynagent.core.shared.tasks import end_tasks
from dynagent.infrastructure.memory.recorder import encode
from dynagent.infrastructure.postgres.pool import Connection, Pool, Row
from dynagent.infrastructure.postgres.schedules import STORED

log = structlog.get_logger(__name__)

BATCH = 100
Notify = Callable[[str, Lane], None]

DUE = """
SELECT s.*, a.version AS agent_version, a.name AS agent_name, a.status = 'disabled' AS agent_disabled, now() AS now,
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
        due = _read(row)
        run = due.run()
        execution, waiting = None, 0
        if run is not None:
            execution = Execution.start(
                timeout_s=due.run_timeout_s or self._run_timeout_s, now=due.now, id=new_id(), lane="batch", **dict(run)
            )
            stored, waiting = await self._start(connection, due, execution)
            execution = execution if stored else None
        fired = due.fired(self._timetable, waiting=waiting, most_waiting=self._most_waiting)
        id = execution.id if execution else None
        await connection.execute(FIRED, due.schedule.id, due.due, fired.next_fire, id, fired.problem)
        log.info("schedule_fired", schedule_id=due.schedule.id, execution_id=id, problem=fired.problem)
        return DueExecution(execution.id, "batch") if execution else None

    async def _start(self, connection: Connection, due: DueSchedule, execution: Execution) -> tuple[bool, int]:
        """Store the execution; return whether it is new, and how many of its owner's are waiting."""
        stored = await connection.fetchrow(
            START,
            execution.id,
            execution.user_id,
            execution.agent_id,
            execution.agent_version,
            execution.agent_name,
            execution.query,
            execution.model,
            json.dumps(execution.context, ensure_ascii=False),
            execution.deadline,
            due.key,
            execution.created_at,
            encode(execution.opening_event(), seq=1, attempt=0).decode(),
            self._most_waiting,
            None if execution.output_schema is None else json.dumps(execution.output_schema, ensure_ascii=False),
        )
        assert stored is not None
        return stored["stored"], stored["waiting"]


def _read(row: Row) -> DueSchedule:
    shaped = row["output_schema"]
    return DueSchedule(
        schedule=STORED.read(row),
        due=row["next_fire"],
        now=row["now"],
        agent_version=row["agent_version"],
        agent_name=row["agent_name"],
        agent_disabled=row["agent_disabled"],
        run_timeout_s=row["run_timeout_s"],
        output_schema=None if shaped is None else json.loads(shaped),
    )
