"""Schedules in PostgreSQL; `schedule_firing.py` starts what is due."""

import sqlalchemy as sa
from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from dynagent.core.schedules import Schedule, ScheduleChangedMeanwhile, Schedules
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.infrastructure.postgres.kit.mapping import TableMapping
from dynagent.infrastructure.postgres.kit.metadata import ID, MOMENT, metadata
from dynagent.infrastructure.postgres.kit.owned import OwnedTable
from dynagent.infrastructure.postgres.kit.prepared import parameter

schedules = Table(
    "schedules",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", ID, nullable=False),
    Column("agent_id", ID, ForeignKey("agents.id", ondelete="CASCADE")),
    Column("workflow_id", ID, ForeignKey("workflows.id", ondelete="CASCADE")),
    Column("name", Text, nullable=False),
    Column("cron", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("model", Text),
    Column("context", JSONB, nullable=False),
    Column("inputs", JSONB, nullable=False, server_default=sa.text("'{}'")),
    Column("paused", Boolean, nullable=False),
    Column("next_fire", MOMENT),
    Column("last_fire", MOMENT),
    Column("last_execution_id", ID),
    Column("last_problem", Text),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
    CheckConstraint("num_nonnulls(agent_id, workflow_id) = 1", name="ck_schedules_of_one"),
)
Index("ix_schedules_agent_id", schedules.c.agent_id)
Index("ix_schedules_workflow_id", schedules.c.workflow_id)
Index("ix_schedules_user_id_id", schedules.c.user_id, schedules.c.id.desc())
Index("ix_schedules_next_fire", schedules.c.next_fire, postgresql_where=schedules.c.next_fire.is_not(None))

STORED = TableMapping(schedules, Schedule)
_OF_AGENT = schedules.c.agent_id == parameter(schedules.c.agent_id)
_OF_WORKFLOW = schedules.c.workflow_id == parameter(schedules.c.workflow_id)


class PostgresSchedules(OwnedTable[Schedule], Schedules):
    """One owner's schedules in one session; their executions stay when they go."""

    mapping = STORED
    changed_meanwhile = ScheduleChangedMeanwhile
    not_updated = frozenset({"last_fire", "last_execution_id", "last_problem"})

    async def find(self, agent_id: str | None, page: PageRequest, *, workflow_id: str | None = None) -> Page[Schedule]:
        """Return a page, newest first."""
        wanted = {"agent_id": (agent_id, _OF_AGENT), "workflow_id": (workflow_id, _OF_WORKFLOW)}
        given = {name: id for name, (id, _) in wanted.items() if id is not None}
        if not all(is_id(id) for id in given.values()):
            return await self.page(page, sa.false())
        return await self.page(page, *(wanted[name][1] for name in given), **given)
