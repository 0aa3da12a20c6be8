"""Registered tools in PostgreSQL, current versions and earlier ones. The owner is part of every statement."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.shared.errors import StaleVersion
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.tools import CustomTool, CustomTools, ToolNotFound, ToolPolicy, ToolReflection, ToolVersion
from dynagent.infrastructure.postgres.errors import in_our_words
from dynagent.infrastructure.postgres.pool import Pool
from dynagent.infrastructure.postgres.statements import Row, fetch, fetch_one, run, sql

COLUMNS = (
    "id, user_id, name, description, code, reflection::text AS reflection, policy::text AS policy, tags, version, "
    "disabled, disabled_reason, disabled_by, created_at, updated_at"
)
GET = sql("SELECT {columns} FROM custom_tools WHERE id = :id AND user_id = :owner", columns=COLUMNS)
GET_BY_NAMES = sql("SELECT {columns} FROM custom_tools WHERE user_id = :owner AND name = ANY(:names)", columns=COLUMNS)
LIST = sql(
    "SELECT {columns} FROM custom_tools WHERE user_id = :owner ORDER BY id DESC LIMIT :limit OFFSET :skip",
    columns=COLUMNS,
)
LOAD = "SELECT {columns} FROM custom_tools WHERE user_id = $1 AND ($2::text[] IS NULL OR name = ANY($2))".replace(
    "{columns}", COLUMNS
)
CREATE = text("""
WITH stored AS (
  INSERT INTO custom_tools (id, user_id, name, description, code, reflection, policy, tags, version, source_hash,
    disabled, disabled_reason, disabled_by, created_at, updated_at)
  VALUES (:id, :owner, :name, :description, :code, CAST(:reflection AS jsonb), CAST(:policy AS jsonb), :tags, :version,
    :source_hash, :disabled, :disabled_reason, :disabled_by, :created_at, :updated_at)
  RETURNING id, version, description, code, reflection, policy, tags, source_hash, updated_at
)
INSERT INTO custom_tool_versions
  (tool_id, version, description, code, reflection, policy, tags, source_hash, created_at)
SELECT * FROM stored
""")
UPDATE = text("""
WITH stored AS (
  UPDATE custom_tools SET name = :name, description = :description, code = :code,
    reflection = CAST(:reflection AS jsonb), policy = CAST(:policy AS jsonb), tags = :tags, version = :version,
    source_hash = :source_hash, disabled = :disabled, disabled_reason = :disabled_reason,
    disabled_by = :disabled_by, updated_at = :updated_at
  WHERE id = :id AND user_id = :owner
    AND (version = :version - 1 OR (version = :version AND source_hash = :source_hash))
  RETURNING id, version, description, code, reflection, policy, tags, source_hash, updated_at
), kept AS (
  INSERT INTO custom_tool_versions
    (tool_id, version, description, code, reflection, policy, tags, source_hash, created_at)
  SELECT * FROM stored ON CONFLICT DO NOTHING
)
SELECT version FROM stored
""")
VERSIONS = text("""
SELECT v.version, v.description, v.code, (v.reflection -> 'parameters')::text AS parameters, v.policy::text AS policy,
  v.tags, v.created_at, t.version AS latest
FROM custom_tool_versions v JOIN custom_tools t ON t.id = v.tool_id
WHERE v.tool_id = :id AND t.user_id = :owner AND (CAST(:version AS int) IS NULL OR v.version = CAST(:version AS int))
ORDER BY v.version DESC LIMIT :limit OFFSET :skip
""")
DELETE = text("DELETE FROM custom_tools WHERE id = :id AND user_id = :owner RETURNING id")


MAX_VERSION = 2**31 - 1
STATE = "SELECT name, id, updated_at FROM custom_tools WHERE user_id = $1 AND name = ANY($2)"
MAX_CACHED = 2000
"""How many registered tools a process keeps read, so that a call asks only whether they are still the same."""


class ToolChangedMeanwhile(StaleVersion):
    """The tool has a newer version than the one that was changed; `extra` carries `current_version`."""

    code = "tool_changed_meanwhile"


class PostgresCustomTools(CustomTools):
    """One owner's registered tools in one session; nothing is committed here."""

    def __init__(self, session: AsyncSession, user_id: str) -> None:
        self._session = session
        self._owner = user_id

    async def create(self, entity: CustomTool) -> CustomTool:
        """Add a tool and its first version. Raises ToolNameTaken."""
        await run(self._session, CREATE, **_columns(entity, self._owner))
        return entity

    async def get_by_id(self, id: str) -> CustomTool | None:
        """Return the owner's tool, or None."""
        if not is_id(id):
            return None
        row = await fetch_one(self._session, GET, id=id, owner=self._owner)
        return _read(row) if row else None

    async def get_by_name(self, name: str) -> CustomTool | None:
        """Return the tool of this name, or None."""
        return next(iter(await self.get_by_names([name])), None)

    async def get_by_names(self, names: Sequence[str]) -> list[CustomTool]:
        """Return those of the names that exist."""
        if not names:
            return []
        rows = await fetch(self._session, GET_BY_NAMES, owner=self._owner, names=list(names))
        return [_read(row) for row in rows]

    async def update(self, entity: CustomTool) -> CustomTool:
        """Store the next version, or the same one switched on or off. Raises ToolChangedMeanwhile, ToolNotFound."""
        if await fetch_one(self._session, UPDATE, **_columns(entity, self._owner)) is not None:
            return entity
        current = await self.get_by_id(entity.id)
        if current is None:
            raise ToolNotFound(f"there is no tool named {entity.name!r}")
        raise ToolChangedMeanwhile(
            f"tool {entity.name} is at version {current.version} by now", extra={"current_version": current.version}
        )

    async def delete(self, id: str) -> bool:
        """Remove a tool with its versions."""
        return is_id(id) and await fetch_one(self._session, DELETE, id=id, owner=self._owner) is not None

    async def versions(self, tool_id: str, page: PageRequest) -> Page[ToolVersion]:
        """Return a page of a tool's versions, newest first; versions are counted without gaps."""
        rows = await self._versions(tool_id, None, page.limit, page.skip)
        tool = None if rows else await self.get_by_id(tool_id)
        total = rows[0]["latest"] if rows else (tool.version if tool else 0)
        return Page(items=[_read_version(row) for row in rows], total=total, skip=page.skip, limit=page.limit)

    async def get_version(self, tool_id: str, version: int) -> ToolVersion | None:
        """Return one version of a tool, or None."""
        rows = await self._versions(tool_id, version, 1, 0) if 0 < version <= MAX_VERSION else ()
        return _read_version(rows[0]) if rows else None

    async def _versions(self, tool_id: str, version: int | None, limit: int, skip: int) -> Sequence[Row]:
        if not is_id(tool_id):
            return ()
        asked = {"id": tool_id, "owner": self._owner, "version": version, "limit": limit, "skip": skip}
        return await fetch(self._session, VERSIONS, **asked)

    async def list_all(self, skip: int = 0, limit: int = 100) -> list[CustomTool]:
        """Return up to `limit` tools, newest first."""
        return [_read(row) for row in await fetch(self._session, LIST, owner=self._owner, limit=limit, skip=skip)]


class PostgresToolLoader:
    """What the catalogue of tools asks: an owner's registered tools, outside of any session.

    PostgreSQL is asked at every call, so a change counts at once in every process; what has not changed since it was
    read (every change moves `updated_at`) is not read again.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._cached: OrderedDict[tuple[str, str], CustomTool] = OrderedDict()

    async def __call__(self, user_id: str, names: Sequence[str] | None) -> list[CustomTool]:
        """Return the owner's tools of these names, all of them for None."""
        with in_our_words():
            if names is None:
                return [_read(row) for row in await self._pool.fetch(LOAD, user_id, None)]
            if not any((user_id, name) in self._cached for name in names):
                return await self._load(user_id, list(names))
            states = await self._pool.fetch(STATE, user_id, list(names))
            found = {row["name"]: self._same(user_id, row) for row in states}
            if changed := [name for name, tool in found.items() if tool is None]:
                found |= {tool.name: tool for tool in await self._load(user_id, changed)}
        return [tool for tool in found.values() if tool is not None]

    async def _load(self, user_id: str, names: list[str]) -> list[CustomTool]:
        tools = [_read(row) for row in await self._pool.fetch(LOAD, user_id, names)]
        for tool in tools:
            self._cached[user_id, tool.name] = tool
        while len(self._cached) > MAX_CACHED:
            self._cached.popitem(last=False)
        return tools

    def _same(self, user_id: str, row: Row) -> CustomTool | None:
        cached = self._cached.get((user_id, row["name"]))
        return cached if cached and (cached.id, cached.updated_at) == (str(row["id"]), row["updated_at"]) else None


def _columns(tool: CustomTool, owner: str) -> dict[str, Any]:
    return {
        "id": tool.id,
        "owner": owner,
        "name": tool.name,
        "description": tool.description,
        "code": tool.code,
        "reflection": tool.reflection.model_dump_json(),
        "policy": tool.policy.model_dump_json(),
        "tags": list(tool.tags),
        "version": tool.version,
        "source_hash": tool.source_hash,
        "disabled": tool.disabled,
        "disabled_reason": tool.disabled_reason,
        "disabled_by": tool.disabled_by,
        "created_at": tool.created_at,
        "updated_at": tool.updated_at,
    }


def _read(row: Row) -> CustomTool:
    return CustomTool.model_construct(
        id=str(row["id"]),
        user_id=str(row["user_id"]),
        name=row["name"],
        description=row["description"],
        code=row["code"],
        reflection=ToolReflection.model_validate_json(row["reflection"]),
        policy=ToolPolicy.model_validate_json(row["policy"]),
        tags=tuple(row["tags"]),
        version=row["version"],
        disabled=row["disabled"],
        disabled_reason=row["disabled_reason"],
        disabled_by=row["disabled_by"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def _read_version(row: Row) -> ToolVersion:
    return ToolVersion.model_construct(
        version=row["version"],
        description=row["description"],
        code=row["code"],
        parameters=orjson.loads(row["parameters"]),
        policy=ToolPolicy.model_validate_json(row["policy"]),
        tags=tuple(row["tags"]),
        created_at=row["created_at"],
    )
