"""Agents in PostgreSQL, current versions and earlier ones."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from dynagent.core.agents import (
    Agent,
    AgentChangedMeanwhile,
    AgentFilter,
    AgentNotFound,
    AgentRepository,
    AgentVersion,
)
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.infrastructure.postgres.kit.mapping import TableMapping
from dynagent.infrastructure.postgres.kit.metadata import ID, MOMENT, metadata
from dynagent.infrastructure.postgres.kit.pages import contains
from dynagent.infrastructure.postgres.kit.session import rows
from dynagent.infrastructure.postgres.kit.versioned import History, VersionedTable

agents = Table(
    "agents",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", ID, nullable=False),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("visibility", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("configuration", JSONB, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
    UniqueConstraint("user_id", "slug"),
)
Index("ix_agents_user_id_id", agents.c.user_id, agents.c.id.desc())

agent_versions = Table(
    "agent_versions",
    metadata,
    Column("agent_id", ID, ForeignKey("agents.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("configuration", JSONB, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("created_by", ID, nullable=False),
    PrimaryKeyConstraint("agent_id", "version"),
)

STORED = TableMapping(
    agents,
    Agent,
    written={
        "name": lambda agent: agent.configuration.name,
        "configuration": lambda agent: agent.configuration.stored(),
    },
)


class PostgresAgents(VersionedTable[Agent, AgentVersion], AgentRepository):
    """One owner's agents in one session; with an agent go its versions, its executions stay."""

    mapping = STORED
    history = History(
        TableMapping(agent_versions, AgentVersion),
        of="agent_id",
        body="configuration",
        taken={"created_at": "updated_at", "created_by": "user_id"},
    )
    noun = "agent"
    not_found = AgentNotFound
    changed_meanwhile = AgentChangedMeanwhile

    async def find(self, wanted: AgentFilter, page: PageRequest) -> Page[Agent]:
        """Return a page of agents that match, newest first."""
        return await self.page(page, *_conditions(wanted))

    async def known_slugs(self, slugs: Sequence[str]) -> set[str]:
        """Return those of the slugs that name an agent of the owner."""
        if not slugs:
            return set()
        known = sa.select(agents.c.slug).where(self.visible(), agents.c.slug.in_(slugs))
        return {row["slug"] for row in await rows(self._session, known)}

    async def dependencies(self) -> dict[str, tuple[str, ...]]:
        """Return slug → slugs of what it depends on, for all agents of the owner."""
        names = agents.c.configuration["dependencies"].label("names")
        found = await rows(self._session, sa.select(agents.c.slug, names).where(self.visible()))
        return {row["slug"]: tuple(row["names"] or ()) for row in found}


def _conditions(wanted: AgentFilter) -> list[sa.ColumnElement[bool]]:
    column, configuration = agents.c, agents.c.configuration
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.search:
        searched: tuple[Any, ...] = (column.name, column.slug, configuration["description"].astext)
        conditions.append(sa.or_(*(contains(part, wanted.search) for part in searched)))
    if wanted.status:
        conditions.append(column.status == wanted.status)
    if wanted.kind:
        conditions.append(column.kind == wanted.kind)
    if wanted.tool:
        plain = configuration["tools"].has_key(wanted.tool)
        conditions.append(sa.or_(plain, configuration["tools_config"].contains([{"name": wanted.tool}])))
    if wanted.model:
        conditions.append(configuration["model"].astext == wanted.model)
    return conditions
