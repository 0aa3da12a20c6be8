"""Agents in PostgreSQL, current versions and earlier ones."""

from collections.abc import Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from dynagent.core.agents import (
    Agent,
    AgentChangedMeanwhile,
    AgentFilter,
    AgentRepository,
    AgentSlugTaken,
    AgentVersion,
    NamedAgent,
)
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.infrastructure.postgres.errors import refuse
from dynagent.infrastructure.postgres.kit.mapping import TableMapping, json_of
from dynagent.infrastructure.postgres.kit.metadata import ID, MOMENT, metadata
from dynagent.infrastructure.postgres.kit.pages import has_words, pattern
from dynagent.infrastructure.postgres.kit.prepared import OWNER, parameter, prepared
from dynagent.infrastructure.postgres.kit.versioned import History, VersionedTable
from dynagent.infrastructure.postgres.pool import Connection, Row

# As PostgreSQL writes it, for the comparison of the schema with this.
SEARCHED = "(((name || ' '::text) || slug) || ' '::text) || COALESCE(configuration ->> 'description'::text, ''::text)"

agents = Table(
    "agents",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", ID, nullable=False),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("configuration", JSONB, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
    UniqueConstraint("user_id", "slug"),
    Index("ix_agents_infixes", sa.text(f"dyn_infixes({SEARCHED})"), postgresql_using="gin"),
)
Index("ix_agents_user_id_id", agents.c.user_id, agents.c.id.desc())
Index("ix_agents_user_id_status_id", agents.c.user_id, agents.c.status, agents.c.id)

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

refuse("uq_agents_user_id_slug", AgentSlugTaken, "there is an agent with this slug already")
refuse("pk_agents", AgentSlugTaken, "there is an agent with this id already")

STORED = TableMapping(
    agents,
    Agent,
    written={
        "name": lambda agent: agent.configuration.name,
        "configuration": lambda agent: agent.configuration.stored(),
    },
)

_SEARCHED = (agents.c.name, agents.c.slug, agents.c.configuration["description"].astext)
# The index knows parts of words: what it finds contains them all, and is then compared with the whole text. A text
# without a letter or digit has no such parts.
_NARROWED = sa.literal_column(f"dyn_infixes({SEARCHED})", TSVECTOR).bool_op("@@")(
    sa.func.dyn_contained(sa.bindparam("words", type_=Text))
)
_TOOL = agents.c.configuration["tools"].has_key(sa.bindparam("tool", type_=Text))
_ATTACHED = agents.c.configuration["tools_config"].contains(sa.bindparam("attachment", type_=JSONB))
WANTED: dict[str, sa.ColumnElement[bool]] = {
    "search": sa.or_(*(column.ilike(sa.bindparam("search", type_=Text)) for column in _SEARCHED)),
    "status": agents.c.status == parameter(agents.c.status),
    "kind": agents.c.kind == parameter(agents.c.kind),
    "tool": sa.or_(_TOOL, _ATTACHED),
    "model": agents.c.configuration["model"].astext == sa.bindparam("model", type_=Text),
}
"""Field of AgentFilter → what it says about an agent."""


class PostgresAgents(VersionedTable[Agent, AgentVersion], AgentRepository):
    """One owner's agents in one session; with an agent go its versions, its executions stay."""

    mapping = STORED
    history = History(
        TableMapping(agent_versions, AgentVersion),
        of="agent_id",
        body="configuration",
        taken={"created_at": "updated_at", "created_by": "user_id"},
    )
    changed_meanwhile = AgentChangedMeanwhile
    counted_always = True

    async def find(self, wanted: AgentFilter, page: PageRequest) -> Page[Agent]:
        """Return a page of agents that match, newest first."""
        values: dict[str, Any] = {name: value for name, value in wanted if value}
        conditions = [WANTED[name] for name in values if name != "search"]
        if wanted.tool:
            values["attachment"] = json_of([{"name": wanted.tool}])
        if not wanted.search:
            return await self.page(page, *conditions, **values)
        values["search"] = pattern(wanted.search)
        if not has_words(wanted.search):
            return await self.page(page, WANTED["search"], *conditions, **values)
        return await self.search_page(page, WANTED["search"], _NARROWED, *conditions, **values, words=wanted.search)

    async def named(self, references: Sequence[str] | None = None) -> list[NamedAgent]:
        """Return the owner's agents that have one of these names or slugs, all for None."""
        if references is None:
            found = await self.rows(_named)
        else:
            found = await self.rows(_named, _REFERRED, references=list(references)) if references else ()
        return [_read_named(row) for row in found]


_REFERENCES = sa.any_(sa.bindparam("references", type_=sa.ARRAY(Text)))
_REFERRED = sa.or_(agents.c.slug == _REFERENCES, agents.c.name == _REFERENCES)


async def agents_named(connection: Connection, owner: str, references: Sequence[str]) -> list[NamedAgent]:
    """Return an owner's agents that have one of these names or slugs, over a connection that no session has."""
    asked = prepared(_named, _REFERRED)
    values = {OWNER.key: owner, "references": list(references)}
    return [_read_named(row) for row in await connection.fetch(asked.text, *asked.arguments(values))]


class PostgresEverybodysAgents(PostgresAgents):
    """All users' agents in one session; none of them can be changed here."""

    counted_always = False

    @classmethod
    def visible(cls) -> sa.ColumnElement[bool]:
        """Say which rows are shown: all."""
        return sa.true()

    @classmethod
    def writable(cls) -> sa.ColumnElement[bool]:
        """Say which rows may be changed: none."""
        return sa.false()


def _read_named(row: Row) -> NamedAgent:
    dependencies = tuple(orjson.loads(row["dependencies"] or "[]"))
    return NamedAgent(str(row["id"]), row["slug"], row["name"], row["status"], dependencies)


def _named(*conditions: sa.ColumnElement[bool]) -> sa.ClauseElement:
    names = sa.cast(agents.c.configuration["dependencies"], Text).label("dependencies")
    selected = sa.select(agents.c.id, agents.c.slug, agents.c.name, agents.c.status, names)
    return selected.where(PostgresAgents.visible(), *conditions)
