"""Workflows in PostgreSQL: current versions and earlier ones, and the placed agents and tasks as rows of their own.

The definition is the truth; the rows are written with it in the same transaction, for whoever asks where an agent is
used, whose task an id is, or reports on tasks in SQL.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.workflows import (
    AgentNode,
    Definition,
    Workflow,
    WorkflowChangedMeanwhile,
    WorkflowFilter,
    Workflows,
    WorkflowVersion,
)
from dynagent.infrastructure.postgres.agents import agents
from dynagent.infrastructure.postgres.kit.mapping import TableMapping, json_of
from dynagent.infrastructure.postgres.kit.metadata import ID, MOMENT, metadata, of_user
from dynagent.infrastructure.postgres.kit.pages import pattern
from dynagent.infrastructure.postgres.kit.prepared import OWNER
from dynagent.infrastructure.postgres.kit.versioned import History, VersionedTable
from dynagent.infrastructure.postgres.pool import Row
from dynagent.infrastructure.postgres.statements import fetch_one, run

workflows = Table(
    "workflows",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", ID, of_user(), nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("process_type", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("definition", JSONB, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
)
Index("ix_workflows_user_id_id", workflows.c.user_id, workflows.c.id.desc())

workflow_versions = Table(
    "workflow_versions",
    metadata,
    Column("workflow_id", ID, ForeignKey("workflows.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("definition", JSONB, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("created_by", ID, nullable=False),
    PrimaryKeyConstraint("workflow_id", "version"),
)

workflow_agents = Table(
    "workflow_agents",
    metadata,
    Column("workflow_agent_id", ID, primary_key=True),
    Column("workflow_id", ID, ForeignKey("workflows.id", ondelete="CASCADE"), nullable=False),
    Column("agent_id", ID, nullable=False),
    Column("alias_in_workflow", Text),
    Column("sequence_order", Integer),
)
Index("ix_workflow_agents_workflow_id", workflow_agents.c.workflow_id)
Index("ix_workflow_agents_agent_id", workflow_agents.c.agent_id)

tasks = Table(
    "tasks",
    metadata,
    Column("task_id", ID, primary_key=True),
    Column("workflow_id", ID, ForeignKey("workflows.id", ondelete="CASCADE"), nullable=False),
    Column(
        "assigned_workflow_agent_id",
        ID,
        ForeignKey("workflow_agents.workflow_agent_id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("description", Text, nullable=False),
    Column("expected_output", Text, nullable=False),
    Column("context_task_ids", JSONB, nullable=False),
    Column("human_input_required", Boolean, nullable=False, server_default=sa.text("false")),
    Column("config_json", JSONB, nullable=False),
    Column("sequence_order", Integer, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
)
Index("ix_tasks_workflow_id", tasks.c.workflow_id)
Index("ix_tasks_assigned_workflow_agent_id", tasks.c.assigned_workflow_agent_id)

_SEARCHED = (workflows.c.name, workflows.c.description)
WANTED: dict[str, sa.ColumnElement[bool]] = {
    "search": sa.or_(*(column.ilike(sa.bindparam("search", type_=Text)) for column in _SEARCHED)),
    "process_type": workflows.c.process_type == sa.bindparam("process_type", type_=Text),
    "agent_id": sa.exists().where(
        workflow_agents.c.workflow_id == workflows.c.id,
        workflow_agents.c.agent_id == sa.bindparam("agent_id", type_=ID),
    ),
}
"""Field of WorkflowFilter → what it says about a workflow."""

PLACE = sa.text("""
WITH given AS (
  SELECT * FROM jsonb_to_recordset(CAST(:placed AS jsonb))
    AS g(workflow_agent_id uuid, agent_id uuid, alias_in_workflow text, sequence_order int)
), gone AS (
  DELETE FROM workflow_agents w WHERE w.workflow_id = :id
    AND w.workflow_agent_id NOT IN (SELECT workflow_agent_id FROM given)
)
INSERT INTO workflow_agents (workflow_agent_id, workflow_id, agent_id, alias_in_workflow, sequence_order)
SELECT workflow_agent_id, :id, agent_id, alias_in_workflow, sequence_order FROM given
ON CONFLICT (workflow_agent_id) DO UPDATE SET agent_id = excluded.agent_id,
  alias_in_workflow = excluded.alias_in_workflow, sequence_order = excluded.sequence_order
""")
ASSIGN = sa.text("""
WITH given AS (
  SELECT * FROM jsonb_to_recordset(CAST(:tasks AS jsonb)) AS g(task_id uuid, assigned_workflow_agent_id uuid,
    description text, expected_output text, context_task_ids jsonb, human_input_required boolean, config_json jsonb,
    sequence_order int)
), gone AS (
  DELETE FROM tasks t WHERE t.workflow_id = :id AND t.task_id NOT IN (SELECT task_id FROM given)
)
INSERT INTO tasks AS t (task_id, workflow_id, assigned_workflow_agent_id, description, expected_output,
  context_task_ids, human_input_required, config_json, sequence_order, created_at, updated_at)
SELECT task_id, :id, assigned_workflow_agent_id, description, expected_output, context_task_ids, human_input_required,
  config_json, sequence_order, :now, :now FROM given
ON CONFLICT (task_id) DO UPDATE SET assigned_workflow_agent_id = excluded.assigned_workflow_agent_id,
  description = excluded.description, expected_output = excluded.expected_output,
  context_task_ids = excluded.context_task_ids, human_input_required = excluded.human_input_required,
  config_json = excluded.config_json, sequence_order = excluded.sequence_order, updated_at = excluded.updated_at
WHERE t.workflow_id = excluded.workflow_id
""")
OF_TASK = sa.text("""
SELECT w.id::text AS id FROM tasks t JOIN workflows w ON w.id = t.workflow_id
WHERE t.task_id = :task_id AND w.user_id = :owner
""")


class PostgresWorkflows(VersionedTable[Workflow, WorkflowVersion], Workflows):
    """One owner's workflows in one session; with a workflow go its versions and rows, its executions stay."""

    mapping = TableMapping(
        workflows,
        Workflow,
        written={
            "process_type": lambda workflow: workflow.definition.process_type,
            "definition": lambda workflow: workflow.definition.stored(),
        },
    )
    history = History(
        TableMapping(workflow_versions, WorkflowVersion),
        of="workflow_id",
        body="definition",
        taken={"created_at": "updated_at", "created_by": "user_id"},
    )
    changed_meanwhile = WorkflowChangedMeanwhile

    async def create(self, entity: Workflow) -> Workflow:
        """Add a workflow with its rows."""
        stored = await super().create(entity)
        await self._write_rows(stored)
        return stored

    async def update(self, entity: Workflow) -> Workflow:
        """Store the next version with its rows. Raises WorkflowNotFound, WorkflowChangedMeanwhile."""
        stored = await super().update(entity)
        await self._write_rows(stored)
        return stored

    async def find(self, wanted: WorkflowFilter, page: PageRequest) -> Page[Workflow]:
        """Return a page of workflows that match, newest first."""
        if wanted.agent_id is not None and not is_id(wanted.agent_id):
            return Page(items=[], total=0, skip=page.skip, limit=page.limit)
        values: dict[str, Any] = {name: value for name, value in wanted if value}
        conditions = [WANTED[name] for name in values]
        if wanted.search:
            values["search"] = pattern(wanted.search)
        return await self.page(page, *conditions, **values)

    async def of_task(self, task_id: str) -> Workflow | None:
        """Return the owner's workflow that has this task, or None."""
        row = await fetch_one(self._session, OF_TASK, task_id=task_id, owner=self._owner) if is_id(task_id) else None
        return None if row is None else await self.get_by_id(row["id"])

    async def known(self, ids: Sequence[str]) -> Mapping[str, Workflow]:
        """Return those of the owner's workflows that have these ids."""
        wanted = [id for id in ids if is_id(id)]
        found = await self.all_of(_of_ids, ids=wanted) if wanted else []
        return {workflow.id: workflow for workflow in found}

    async def users_of(self, id: str) -> Sequence[Workflow]:
        """Return the owner's other workflows that have this one as a step."""
        step = json_of({"nodes": [{"type": "workflow", "config": {"workflow_id": id}}]})
        return [workflow for workflow in await self.all_of(_with_step, step=step) if workflow.id != id]

    async def known_agents(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return id → name of those ids that are agents of the owner."""
        wanted = [id for id in ids if is_id(id)]
        found = await self.rows(_agents, ids=wanted) if wanted else list[Row]()
        return {str(row["id"]): row["name"] for row in found}

    async def _write_rows(self, workflow: Workflow) -> None:
        definition = workflow.definition
        placed, assigned = _placed(workflow.id, definition), _assigned(workflow.id, definition)
        await run(self._session, PLACE, id=workflow.id, placed=json_of(placed))
        await run(self._session, ASSIGN, id=workflow.id, tasks=json_of(assigned), now=workflow.updated_at)


def placed_id(workflow_id: str, node_id: str) -> str:
    """Return the id of a placed agent's row: the same for the same node of a workflow in all its versions."""
    return str(uuid.uuid5(uuid.UUID(workflow_id), node_id))


def _placed(workflow_id: str, definition: Definition) -> list[dict[str, Any]]:
    return [
        {
            "workflow_agent_id": placed_id(workflow_id, node.id),
            "agent_id": node.agent_id,
            "alias_in_workflow": node.alias,
            "sequence_order": place,
        }
        for place, node in enumerate(definition.nodes)
        if isinstance(node, AgentNode)
    ]


def _assigned(workflow_id: str, definition: Definition) -> list[dict[str, Any]]:
    return [
        {
            **task.model_dump(mode="json", exclude={"node_id"}),
            "assigned_workflow_agent_id": placed_id(workflow_id, task.node_id),
            "sequence_order": place,
        }
        for place, task in enumerate(definition.tasks)
    ]


def _of_ids() -> sa.Select[Any]:
    named = workflows.c.id == sa.any_(sa.bindparam("ids", type_=sa.ARRAY(ID)))
    return PostgresWorkflows.query(named)


def _agents() -> sa.ClauseElement:
    named = agents.c.id == sa.any_(sa.bindparam("ids", type_=sa.ARRAY(ID)))
    return sa.select(agents.c.id, agents.c.name).where(named, agents.c.user_id == OWNER)


def _with_step() -> sa.Select[Any]:
    return PostgresWorkflows.query(workflows.c.definition.contains(sa.bindparam("step", type_=JSONB)))
