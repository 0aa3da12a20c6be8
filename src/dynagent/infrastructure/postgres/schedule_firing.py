"""The firing of schedules: each due time once, however many workers look. What is due decides core."""

import asyncio
import json
from collections.abc import Callable

import asyncpg
import structlog

from dynagent.core.agents import DependencyUnavailable, check_available
from dynagent.core.executions import AGENT
from dynagent.core.runs import DueRun, Lane, Run
from dynagent.core.schedules import DueSchedule, Timetable
from dynagent.core.shared.ids import new_id
from dynagent.core.shared.tasks import end_tasks
from dynagent.infrastructure.postgres.agents import agents_named
from dynagent.infrastructure.postgres.pool import Connection, Pool, Row
from dynagent.infrastructure.postgres.runs.submissions import submit_scheduled
from dynagent.infrastructure.postgres.schedules import STORED

log = structlog.get_logger(__name__)

BATCH = 100
Notify = Callable[[str, Lane], None]

DUE = """
SELECT s.*, coalesce(a.version, w.version) AS version,
  coalesce(a.configuration ->> 'display_name', a.name, w.name) AS subject_name,
  coalesce(a.status IN ('disabled', 'created'), false) AS agent_disabled, now() AS now,
  coalesce(a.configuration ->> 'run_timeout_s', w.definition ->> 'run_timeout_s')::float8 AS run_timeout_s,
  a.configuration ->> 'output_schema' AS output_schema, a.configuration ->> 'dependencies' AS dependencies
FROM schedules s LEFT JOIN agents a ON a.id = s.agent_id AND a.user_id = s.user_id
  LEFT JOIN workflows w ON w.id = s.workflow_id AND w.user_id = s.user_id
WHERE s.next_fire <= now() AND coalesce(a.id, w.id) IS NOT NULL
ORDER BY s.next_fire LIMIT $1 FOR UPDATE OF s SKIP LOCKED
"""
FIRED = """
UPDATE schedules SET next_fire = $3, last_fire = $2, last_execution_id = coalesce($4, last_execution_id),
  last_problem = $5
WHERE id = $1 AND next_fire = $2
"""


class PostgresFiring:
    """Starts what is due: compare-and-set of the next time and the execution's row in one transaction.

    Due times that passed while no worker was there are made up for once, not once each. `run_timeout_s` is the time
    limit of runs whose agent sets none, `workflow_timeout_s` that of workflows' runs; whose owner has `most_waiting`
    executions waiting is passed over.
    """

    def __init__(
        self,
        pool: Pool,
        timetable: Timetable,
        notify: Notify,
        *,
        run_timeout_s: float,
        workflow_timeout_s: float = 86_400.0,
        most_waiting: int = 10_000,
    ) -> None:
        self._pool = pool
        self._timetable = timetable
        self._notify = notify
        self._run_timeout_s = run_timeout_s
        self._workflow_timeout_s = workflow_timeout_s
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

    async def _fire_apart(self, connection: Connection, row: Row) -> DueRun | None:
        """Fire one so that what is wrong with it holds up no other; it is tried again."""
        try:
            async with connection.transaction():
                return await self._fire_one(connection, row)
        except asyncpg.PostgresError as error:
            log.error("schedule_not_fired", schedule_id=str(row["id"]), error=repr(error))
            return None

    async def _fire_one(self, connection: Connection, row: Row) -> DueRun | None:
        due = _read(row, await _obstacle(connection, row))
        run = due.run()
        execution, waiting = None, 0
        if run is not None:
            limit_s = self._run_timeout_s if run.kind == AGENT else self._workflow_timeout_s
            execution = Run.start(
                timeout_s=due.run_timeout_s or limit_s, now=due.now, id=new_id(), lane="batch", **dict(run)
            )
            admission = await submit_scheduled(
                connection, execution, schedule_key=due.key, most_waiting=self._most_waiting
            )
            waiting = admission.waiting
            execution = execution if admission.stored else None
        fired = due.fired(self._timetable, waiting=waiting, most_waiting=self._most_waiting)
        id = execution.id if execution else None
        await connection.execute(FIRED, due.schedule.id, due.due, fired.next_fire, id, fired.problem)
        log.info("schedule_fired", schedule_id=due.schedule.id, execution_id=id, problem=fired.problem)
        return DueRun(execution.id, "batch") if execution else None


async def _obstacle(connection: Connection, row: Row) -> str | None:
    """Return why the agent takes no runs: it is disabled, or what it depends on is gone or disabled."""
    if row["agent_disabled"]:
        return f"agent {row['subject_name']!r} is disabled"
    needed: list[str] = json.loads(row["dependencies"] or "[]")
    if not needed:
        return None
    try:
        check_available(needed, await agents_named(connection, str(row["user_id"]), needed))
    except DependencyUnavailable as error:
        return str(error)
    return None


def _read(row: Row, obstacle: str | None) -> DueSchedule:
    shaped = row["output_schema"]
    return DueSchedule(
        schedule=STORED.read(row),
        due=row["next_fire"],
        now=row["now"],
        version=row["version"],
        name=row["subject_name"],
        obstacle=obstacle,
        run_timeout_s=row["run_timeout_s"],
        output_schema=None if shaped is None else json.loads(shaped),
    )
