"""The contexts of agents in PostgreSQL: with an agent goes its context."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Integer, Table, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from dynagent.core.agents import (
    AgentContext,
    AgentContextChangedMeanwhile,
    AgentContextExists,
    AgentContexts,
)
from dynagent.core.shared.ids import is_id
from dynagent.infrastructure.postgres.errors import refuse
from dynagent.infrastructure.postgres.kit.mapping import TableMapping
from dynagent.infrastructure.postgres.kit.metadata import ID, MOMENT, metadata
from dynagent.infrastructure.postgres.kit.owned import OwnedTable
from dynagent.infrastructure.postgres.kit.prepared import parameter

agent_context = Table(
    "agent_context",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", ID, nullable=False),
    Column("agent_id", ID, ForeignKey("agents.id", ondelete="CASCADE"), nullable=False),
    Column("content", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
    UniqueConstraint("agent_id"),
)

refuse("uq_agent_context_agent_id", AgentContextExists, "this agent has a context already; change it with PUT")


class PostgresAgentContexts(OwnedTable[AgentContext], AgentContexts):
    """The contexts of one owner's agents in one session."""

    mapping = TableMapping(agent_context, AgentContext)
    changed_meanwhile = AgentContextChangedMeanwhile

    async def of_agent(self, agent_id: str) -> AgentContext | None:
        """Return the agent's context, or None."""
        row = await self.first(_of_agent, agent_id=agent_id) if is_id(agent_id) else None
        return None if row is None else self.mapping.read(row)


def _of_agent() -> sa.Select[Any]:
    return PostgresAgentContexts.query(agent_context.c.agent_id == parameter(agent_context.c.agent_id))
