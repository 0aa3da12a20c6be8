"""Handoffs in PostgreSQL: with an agent go its handoffs, and those to it."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from dynagent.core.handoffs import Handoff, HandoffChangedMeanwhile, HandoffExists, Handoffs
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.infrastructure.postgres.errors import refuse
from dynagent.infrastructure.postgres.kit.mapping import TableMapping
from dynagent.infrastructure.postgres.kit.metadata import ID, MOMENT, metadata
from dynagent.infrastructure.postgres.kit.owned import OwnedTable
from dynagent.infrastructure.postgres.kit.prepared import parameter

handoffs = Table(
    "handoffs",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", ID, nullable=False),
    Column("agent_id", ID, ForeignKey("agents.id", ondelete="CASCADE"), nullable=False),
    Column("target_agent_id", ID, ForeignKey("agents.id", ondelete="CASCADE"), nullable=False),
    Column("description", Text, nullable=False),
    Column("condition", JSONB(none_as_null=True)),
    Column("input_mapping", JSONB, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
    UniqueConstraint("agent_id", "target_agent_id"),
)
Index("ix_handoffs_target_agent_id", handoffs.c.target_agent_id)

refuse("uq_handoffs_agent_id_target_agent_id", HandoffExists, "the agent may hand over to that one already")

_OF_AGENT = handoffs.c.agent_id == parameter(handoffs.c.agent_id)


class PostgresHandoffs(OwnedTable[Handoff], Handoffs):
    """The handoffs of one owner's agents in one session."""

    mapping = TableMapping(handoffs, Handoff)
    changed_meanwhile = HandoffChangedMeanwhile

    async def of_agent(self, agent_id: str, page: PageRequest) -> Page[Handoff]:
        """Return a page, newest first."""
        return await self.page(page, _OF_AGENT, agent_id=agent_id)
