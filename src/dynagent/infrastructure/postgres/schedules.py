"""Schedules in PostgreSQL; `schedule_firing.py` starts what is due."""

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, ForeignKey, Index, Table, Text
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
    Column("agent_id", ID, ForeignKey("agents.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("cron", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("model", Text),
    Column("context", JSONB, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("next_fire", MOMENT),
    Column("last_fire", MOMENT),
    Column("last_execution_id", ID),
    Column("last_problem", Text),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
)
Index("ix_schedules_agent_id", schedules.c.agent_id)
Index("ix_schedules_user_id_id", schedules.c.user_id, schedules.c.id.desc())
Index("ix_schedules_next_fire", schedules.c.next_fire, postgresql_where=schedules.c.next_fire.is_not(None))

STORED = TableMapping(schedules, Schedule)
_OF_AGENT = schedules.c.agent_id == parameter(schedules.c.agent_id)


class PostgresSchedules(OwnedTable[Schedule], Schedules):
    """One owner's schedules in one session; their executions stay when they go."""

    mapping = STORED
    changed_meanwhile = ScheduleChangedMeanwhile
    not_updated = frozenset({"last_fire", "last_execution_id", "last_problem"})

    async def find(self, agent_id: str | None, page: PageRequest) -> Page[Schedule]:
        """Return a page, newest first."""
        if agent_id is None:
            return await self.page(page)
        if not is_id(agent_id):
            return await self.page(page, sa.false())
        return await self.page(page, _OF_AGENT, agent_id=agent_id)
