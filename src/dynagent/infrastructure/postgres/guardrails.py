"""Guardrails in PostgreSQL: with an agent go its guardrails."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from dynagent.core.guardrails import Guardrail, GuardrailChangedMeanwhile, Guardrails
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.infrastructure.postgres.kit.mapping import TableMapping
from dynagent.infrastructure.postgres.kit.metadata import ID, MOMENT, metadata
from dynagent.infrastructure.postgres.kit.owned import OwnedTable
from dynagent.infrastructure.postgres.kit.prepared import parameter

guardrails = Table(
    "guardrails",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", ID, nullable=False),
    Column("agent_id", ID, ForeignKey("agents.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("config", JSONB, nullable=False),
    Column("hold_back", Boolean, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
)
Index("ix_guardrails_agent_id", guardrails.c.agent_id)

_OF_AGENT = guardrails.c.agent_id == parameter(guardrails.c.agent_id)


class PostgresGuardrails(OwnedTable[Guardrail], Guardrails):
    """The guardrails of one owner's agents in one session."""

    mapping = TableMapping(guardrails, Guardrail)
    changed_meanwhile = GuardrailChangedMeanwhile

    async def of_agent(self, agent_id: str, page: PageRequest) -> Page[Guardrail]:
        """Return a page, newest first."""
        return await self.page(page, _OF_AGENT, agent_id=agent_id)
