"""Agents in PostgreSQL. The owner is part of every statement."""

import json
from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.agents import (
    Agent,
    AgentChangedMeanwhile,
    AgentConfiguration,
    AgentFilter,
    AgentNotFound,
    AgentRepository,
    AgentVersion,
)
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.infrastructure.postgres.statements import Row, contains, fetch, fetch_one, fetch_page, run, sql

COLUMNS = (
    "id, user_id, slug, kind, status, visibility, version, configuration::text AS configuration, created_at, updated_at"
)
GET = sql("SELECT {columns} FROM agents WHERE id = :id AND user_id = :owner", columns=COLUMNS)
CREATE = text("""
WITH stored AS (
  INSERT INTO agents (id, user_id, slug, name, kind, status, visibility, version, configuration, created_at, updated_at)
  VALUES (:id, :owner, :slug, :name, :kind, :status, :visibility, :version, CAST(:configuration AS jsonb),
    :created_at, :updated_at)
  RETURNING id, version, configuration, updated_at, user_id
)
INSERT INTO agent_versions (agent_id, version, configuration, created_at, created_by) SELECT * FROM stored
""")
UPDATE = text("""
WITH stored AS (
  UPDATE agents SET slug = :slug, name = :name, kind = :kind, status = :status, visibility = :visibility,
    version = :version, configuration = CAST(:configuration AS jsonb), updated_at = :updated_at
  WHERE id = :id AND user_id = :owner
    AND (version = :version - 1 OR (version = :version AND configuration = CAST(:configuration AS jsonb)))
  RETURNING id, version, configuration, updated_at, user_id
), kept AS (
  INSERT INTO agent_versions (agent_id, version, configuration, created_at, created_by) SELECT * FROM stored
  ON CONFLICT DO NOTHING
)
SELECT version FROM stored
""")
DELETE = text("DELETE FROM agents WHERE id = :id AND user_id = :owner RETURNING id")
GET_VERSION = text("""
SELECT v.agent_id, v.version, v.configuration::text AS configuration, v.created_at, v.created_by
FROM agent_versions v JOIN agents a ON a.id = v.agent_id
WHERE v.agent_id = :id AND v.version = :version AND a.user_id = :owner
""")
VERSIONS = text("""
SELECT v.agent_id, v.version, v.configuration::text AS configuration, v.created_at, v.created_by, a.version AS latest
FROM agent_versions v JOIN agents a ON a.id = v.agent_id
WHERE v.agent_id = :id AND a.user_id = :owner ORDER BY v.version DESC LIMIT :limit OFFSET :skip
""")
KNOWN_SLUGS = text("SELECT slug FROM agents WHERE user_id = :owner AND slug = ANY(:slugs)")
DEPENDENCIES = text("SELECT slug, (configuration -> 'dependencies')::text AS names FROM agents WHERE user_id = :owner")
MAX_VERSION = 2**31 - 1


class PostgresAgents(AgentRepository):
    """One owner's agents in one session; nothing is committed here."""

    def __init__(self, session: AsyncSession, user_id: str) -> None:
        self._session = session
        self._owner = user_id

    async def create(self, entity: Agent) -> Agent:
        """Add an agent and its first version. Raises AgentSlugTaken."""
        await run(self._session, CREATE, **_columns(entity, self._owner))
        return entity

    async def get_by_id(self, id: str) -> Agent | None:
        """Return the owner's agent, or None."""
        if not is_id(id):
            return None
        row = await fetch_one(self._session, GET, id=id, owner=self._owner)
        return _read(row) if row else None

    async def update(self, entity: Agent) -> Agent:
        """Store the next version, or another status of the same one. Raises AgentChangedMeanwhile, AgentNotFound."""
        if await fetch_one(self._session, UPDATE, **_columns(entity, self._owner)) is not None:
            return entity
        current = await self.get_by_id(entity.id)
        if current is None:
            raise AgentNotFound(f"there is no agent {entity.id!r}")
        raise AgentChangedMeanwhile(
            f"agent {entity.id} is at version {current.version} by now",
            extra={"current_version": current.version},
        )

    async def delete(self, id: str) -> bool:
        """Remove an agent with its versions; its executions stay."""
        return is_id(id) and await fetch_one(self._session, DELETE, id=id, owner=self._owner) is not None

    async def list_all(self, skip: int = 0, limit: int = 100) -> list[Agent]:
        """Return up to `limit` agents, newest first."""
        return list((await self.find(AgentFilter(), PageRequest(skip=skip, limit=limit))).items)

    async def find(self, wanted: AgentFilter, page: PageRequest) -> Page[Agent]:
        """Return a page of agents that match, newest first."""
        conditions, parameters = _conditions(wanted)
        return await fetch_page(
            self._session,
            columns=COLUMNS,
            table="agents",
            conditions=["user_id = :owner", *conditions],
            parameters={"owner": self._owner, **parameters},
            page=page,
            read=_read,
        )

    async def versions(self, agent_id: str, page: PageRequest) -> Page[AgentVersion]:
        """Return the versions of an agent, newest first; versions are counted without gaps."""
        rows: Sequence[Row] = []
        if is_id(agent_id):
            rows = await fetch(
                self._session, VERSIONS, id=agent_id, owner=self._owner, limit=page.limit, skip=page.skip
            )
        total = rows[0]["latest"] if rows else await self._latest(agent_id)
        return Page(items=[_read_version(row) for row in rows], total=total, skip=page.skip, limit=page.limit)

    async def get_version(self, agent_id: str, version: int) -> AgentVersion | None:
        """Return one version, or None."""
        if not is_id(agent_id) or not 0 < version <= MAX_VERSION:
            return None
        row = await fetch_one(self._session, GET_VERSION, id=agent_id, version=version, owner=self._owner)
        return _read_version(row) if row else None

    async def known_slugs(self, slugs: Sequence[str]) -> set[str]:
        """Return those of the slugs that name an agent of the owner."""
        if not slugs:
            return set()
        return {row["slug"] for row in await fetch(self._session, KNOWN_SLUGS, owner=self._owner, slugs=list(slugs))}

    async def dependencies(self) -> dict[str, tuple[str, ...]]:
        """Return slug → slugs of what it depends on, for all agents of the owner."""
        rows = await fetch(self._session, DEPENDENCIES, owner=self._owner)
        return {row["slug"]: tuple(orjson.loads(row["names"] or "[]")) for row in rows}

    async def _latest(self, agent_id: str) -> int:
        agent = await self.get_by_id(agent_id)
        return agent.version if agent else 0


def _conditions(wanted: AgentFilter) -> tuple[list[str], dict[str, Any]]:
    parameters: dict[str, Any] = {}
    conditions: list[str] = []
    if wanted.search:
        conditions.append("(name ILIKE :search OR slug ILIKE :search OR configuration ->> 'description' ILIKE :search)")
        parameters["search"] = contains(wanted.search)
    if wanted.status:
        conditions.append("status = :status")
        parameters["status"] = wanted.status
    if wanted.kind:
        conditions.append("kind = :kind")
        parameters["kind"] = wanted.kind
    if wanted.tool:
        conditions.append(
            "(configuration -> 'tools' ? :tool OR configuration -> 'tools_config' @> CAST(:attachment AS jsonb))"
        )
        parameters["tool"] = wanted.tool
        parameters["attachment"] = orjson.dumps([{"name": wanted.tool}]).decode()
    if wanted.model:
        conditions.append("configuration ->> 'model' = :model")
        parameters["model"] = wanted.model
    return conditions, parameters


def _columns(agent: Agent, owner: str) -> dict[str, Any]:
    return {
        "id": agent.id,
        "owner": owner,
        "slug": agent.slug,
        "name": agent.configuration.name,
        "kind": agent.kind,
        "status": agent.status,
        "visibility": agent.visibility,
        "version": agent.version,
        "configuration": json.dumps(agent.configuration.stored(), ensure_ascii=False),
        "created_at": agent.created_at,
        "updated_at": agent.updated_at,
    }


def _read(row: Row) -> Agent:
    return Agent.model_construct(
        id=str(row["id"]),
        user_id=str(row["user_id"]),
        slug=row["slug"],
        kind=row["kind"],
        status=row["status"],
        visibility=row["visibility"],
        version=row["version"],
        configuration=AgentConfiguration.model_validate_json(row["configuration"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def _read_version(row: Row) -> AgentVersion:
    return AgentVersion.model_construct(
        agent_id=str(row["agent_id"]),
        version=row["version"],
        configuration=AgentConfiguration.model_validate_json(row["configuration"]),
        created_at=row["created_at"],
        created_by=str(row["created_by"]),
    )
