"""Runs of workflows and their steps, as their owner sees them."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.runs import Run
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.workflows import Continued, TaskExecution, WorkflowExecutions, WorkflowPauses
from dynagent.infrastructure.postgres.errors import in_our_words
from dynagent.infrastructure.postgres.pool import Pool
from dynagent.infrastructure.postgres.runs.children import children_of
from dynagent.infrastructure.postgres.runs.columns import COLUMNS, read_run
from dynagent.infrastructure.postgres.runs.pausing import PAUSE_OWN, Told, continue_tree, pause_tree
from dynagent.infrastructure.postgres.runs.told import OnStored
from dynagent.infrastructure.postgres.statements import connection_of, fetch_one, fetch_page, sql

GET = sql("SELECT {columns} FROM runs WHERE id = :id AND user_id = :owner AND kind = 'workflow'", columns=COLUMNS)
GIVEN = ("inputs", "arguments", "query")
"""What a step was given, by the first of these that its input has."""


class PostgresWorkflowExecutions(WorkflowExecutions):
    """One owner's runs of workflows in one session."""

    def __init__(self, session: AsyncSession, user_id: str, *, on_stored: OnStored = lambda _id, _frames: None) -> None:
        self._session = session
        self._owner = user_id
        self._on_stored = on_stored

    async def find(self, workflow_id: str, page: PageRequest) -> Page[Run]:
        """Return a page of the runs of a workflow, newest first."""
        return await fetch_page(
            self._session,
            columns=COLUMNS,
            table="runs",
            # The kind is written out: by it PostgreSQL knows which index holds them.
            conditions=["user_id = :owner", "kind = 'workflow'", "subject_id = :workflow_id", "parent_run_id IS NULL"],
            parameters={"owner": self._owner, "workflow_id": workflow_id},
            page=page,
            read=read_run,
        )

    async def get(self, execution_id: str) -> Run | None:
        """Return one run of a workflow, or None."""
        if not is_id(execution_id):
            return None
        row = await fetch_one(self._session, GET, id=execution_id, owner=self._owner)
        return None if row is None else read_run(row)

    async def pause(self, execution_id: str) -> Run | None:
        """Pause a run with all that it has started; one that is paused or over stays as it is."""
        if not is_id(execution_id):
            return None
        self._note(await pause_tree(await connection_of(self._session), execution_id, self._owner))
        return await self.get(execution_id)

    async def go_on(self, execution_id: str) -> Continued | None:
        """End the pause of a run."""
        continuing = await continue_tree(await connection_of(self._session), execution_id, self._owner)
        run = None if continuing is None else await self.get(execution_id)
        if run is None or continuing is None:
            return None
        self._note(continuing.told)
        return Continued(run, continuing.due)

    def _note(self, told: Told) -> None:
        for id, frame in told:
            self._on_stored(id, [frame])

    async def tasks(self, execution_id: str) -> list[TaskExecution]:
        """Return the steps of one of the owner's runs in the order in which they were started."""
        run = await self.get(execution_id)
        if run is None:
            return []
        stored: dict[str, Any] = run.input.get("done") or {}
        before = [
            TaskExecution.of_stored(key, item, execution_id=run.id) for key, item in stored.items() if "run_id" in item
        ]
        steps = await children_of(self._session, execution_id, self._owner)
        return before + [_task(execution_id, step) for step in steps]


class PostgresWorkflowPauses(WorkflowPauses):
    """Pauses runs from within, each in a statement of its own."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def pause(self, run: Run) -> None:
        """Pause a run that is being run."""
        with in_our_words():
            await self._pool.execute(PAUSE_OWN, run.id, run.attempt)


def _task(execution_id: str, run: Run) -> TaskExecution:
    step: dict[str, Any] = run.input.get("step") or {}
    of_agent = run.kind == "agent"
    return TaskExecution(
        id=run.id,
        execution_id=execution_id,
        key=step.get("key") or "",
        step=step.get("step") or "",
        name=step.get("name") or run.subject_name,
        part=step.get("part") or "",
        kind=run.kind,
        task_id=step.get("task_id"),
        agent_id=run.subject_id if of_agent else None,
        agent_version=run.subject_version if of_agent else None,
        status=run.status,
        inputs=next((run.input[name] for name in GIVEN if run.input.get(name)), None),
        output=run.value,
        error=run.error,
        usage=run.usage,
        cost_usd=run.cost_usd,
        created_at=run.created_at,
        started_at=run.started_at,
        completed_at=run.completed_at,
    )
