"""Registered tools in PostgreSQL, current versions and earlier ones."""

from collections.abc import Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from dynagent.core.shared.errors import StaleVersion
from dynagent.core.shared.lately_used import LatelyUsed
from dynagent.core.tools import CustomTool, CustomTools, ToolFilter, ToolNameTaken, ToolVersion
from dynagent.infrastructure.postgres.errors import in_our_words, refuse
from dynagent.infrastructure.postgres.kit.mapping import TableMapping
from dynagent.infrastructure.postgres.kit.metadata import ID, MOMENT, metadata
from dynagent.infrastructure.postgres.kit.pages import counted, has_words, pattern
from dynagent.infrastructure.postgres.kit.prepared import prepared
from dynagent.infrastructure.postgres.kit.session import text_of
from dynagent.infrastructure.postgres.kit.versioned import History, VersionedTable
from dynagent.infrastructure.postgres.pool import Pool, Row

# As PostgreSQL writes it, for the comparison of the schema with this.
SEARCHED = "(((name || ' '::text) || dyn_joined(tags)) || ' '::text) || description"

custom_tools = Table(
    "custom_tools",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", ID, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("reflection", JSONB, nullable=False),
    Column("policy", JSONB, nullable=False),
    Column("tags", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    Column("version", Integer, nullable=False),
    Column("source_hash", Text, nullable=False),
    Column("disabled", Boolean, nullable=False, server_default=text("false")),
    Column("disabled_reason", Text),
    Column("disabled_by", Text),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
    UniqueConstraint("user_id", "name"),
    Index("ix_custom_tools_user_id_name_id", "user_id", "name", "id"),  # name COLLATE "C"
    Index("ix_custom_tools_infixes", text(f"dyn_infixes({SEARCHED})"), postgresql_using="gin"),
)
custom_tool_versions = Table(
    "custom_tool_versions",
    metadata,
    Column("tool_id", ID, ForeignKey("custom_tools.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("description", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("reflection", JSONB, nullable=False),
    Column("policy", JSONB, nullable=False),
    Column("tags", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    Column("source_hash", Text, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    PrimaryKeyConstraint("tool_id", "version"),
)

refuse("uq_custom_tools_user_id_name", ToolNameTaken, "there is a tool with this name already")

STORED = TableMapping(custom_tools, CustomTool, written={"source_hash": lambda tool: tool.source_hash})
_OWN = custom_tools.c.user_id == sa.bindparam("owner")
_NAMED = custom_tools.c.name == sa.any_(sa.bindparam("names", type_=ARRAY(Text)))
LOAD_ALL = text_of(sa.select(*STORED.selected).where(_OWN))
LOAD = text_of(sa.select(*STORED.selected).where(_OWN, _NAMED))
STATE = text_of(sa.select(custom_tools.c.name, custom_tools.c.id, custom_tools.c.updated_at).where(_OWN, _NAMED))
_NAME = custom_tools.c.name.collate("C")
_SKIP, _LIMIT = sa.bindparam("skip", type_=Integer), sa.bindparam("limit", type_=Integer)
_MATCHING: dict[str, sa.ColumnElement[bool]] = {
    "tag": sa.bindparam("tag", type_=Text) == sa.any_(custom_tools.c.tags),
    "search": sa.or_(
        *(
            column.ilike(sa.bindparam("search", type_=Text))
            for column in (custom_tools.c.name, custom_tools.c.description)
        ),
        sa.exists(
            sa.select(1)
            .select_from(sa.func.unnest(custom_tools.c.tags).alias("one"))
            .where(sa.column("one").ilike(sa.bindparam("search", type_=Text)))
        ),
    ),
    # The index knows parts of words: what it finds is then compared with the whole text.
    "words": sa.literal_column(f"dyn_infixes({SEARCHED})", TSVECTOR).bool_op("@@")(
        sa.func.dyn_contained(sa.bindparam("words", type_=Text))
    ),
    "after": sa.bindparam("after", type_=Text) < _NAME,
}
"""What is asked for → what it says about a tool."""
MAX_CACHED = 2000
"""How many registered tools a process keeps read, so that a call asks only whether they are still the same."""


class ToolChangedMeanwhile(StaleVersion):
    """The tool has a newer version than the one that was changed; `extra` carries `current_version`."""

    code = "tool_changed_meanwhile"


class PostgresCustomTools(VersionedTable[CustomTool, ToolVersion], CustomTools):
    """One owner's registered tools in one session; with a tool go its versions."""

    mapping = STORED
    history = History(
        TableMapping(
            custom_tool_versions,
            ToolVersion,
            renamed={"parameters": "reflection"},
            within={"parameters": lambda reflection: orjson.loads(reflection)["parameters"]},
        ),
        of="tool_id",
        body="source_hash",
        taken={"created_at": "updated_at"},
    )
    audited_by = "name"
    changed_meanwhile = ToolChangedMeanwhile

    async def get_by_name(self, name: str) -> CustomTool | None:
        """Return the tool of this name, or None."""
        return next(iter(await self.get_by_names([name])), None)

    async def get_by_names(self, names: Sequence[str]) -> list[CustomTool]:
        """Return those of the names that exist."""
        return await self.all_of(self.query, _NAMED, names=list(names)) if names else []


class PostgresToolLoader:
    """What the catalogue of tools asks: an owner's registered tools, outside of any session.

    PostgreSQL is asked at every call, so a change counts at once in every process; what has not changed since it was
    read (every change moves `updated_at`) is not read again.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._cached = LatelyUsed[tuple[str, str], CustomTool](MAX_CACHED)

    async def __call__(self, user_id: str, names: Sequence[str] | None) -> list[CustomTool]:
        """Return the owner's tools of these names, all of them for None."""
        with in_our_words():
            if names is None:
                return [STORED.read(row) for row in await self._pool.fetch(LOAD_ALL, user_id)]
            if not any((user_id, name) in self._cached for name in names):
                return await self._load(user_id, list(names))
            states = await self._pool.fetch(STATE, user_id, list(names))
            found = {row["name"]: self._same(user_id, row) for row in states}
            if changed := [name for name, tool in found.items() if tool is None]:
                found |= {tool.name: tool for tool in await self._load(user_id, changed)}
        return [tool for tool in found.values() if tool is not None]

    async def find(
        self, user_id: str, wanted: ToolFilter, *, after: str | None, skip: int, limit: int
    ) -> tuple[list[CustomTool], int]:
        """Return tools of the owner that match, by name, and their number, counted to one beyond MAX_COUNTED.

        `after` is the name that they come after; of those, `skip` are passed over.
        """
        values: dict[str, Any] = {} if wanted.tag is None else {"tag": wanted.tag}
        if wanted.search:
            values["search"] = pattern(wanted.search)
            if has_words(wanted.search):
                values["words"] = wanted.search
        count = prepared(_counted, *(_MATCHING[name] for name in values))
        values |= {"owner": user_id}
        part = values | {"skip": skip, "limit": limit} | ({} if after is None else {"after": after})
        page = prepared(_part, *(_MATCHING[name] for name in part if name in _MATCHING))
        with in_our_words():
            rows = await self._pool.fetch(page.text, *page.arguments(part))
            total = await self._pool.fetchval(count.text, *count.arguments(values))
        return [STORED.read(row) for row in rows], total

    async def _load(self, user_id: str, names: list[str]) -> list[CustomTool]:
        tools = [STORED.read(row) for row in await self._pool.fetch(LOAD, user_id, names)]
        for tool in tools:
            self._cached.put((user_id, tool.name), tool)
        return tools

    def _same(self, user_id: str, row: Row) -> CustomTool | None:
        cached = self._cached.get((user_id, row["name"]))
        return cached if cached and (cached.id, cached.updated_at) == (str(row["id"]), row["updated_at"]) else None


def _part(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    # The rows that are skipped are read as ids only, from the index.
    shown = sa.select(custom_tools.c.id).where(_OWN, *conditions).order_by(_NAME).offset(_SKIP).limit(_LIMIT)
    return sa.select(*STORED.selected).where(custom_tools.c.id.in_(shown.scalar_subquery())).order_by(_NAME)


def _counted(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return counted(sa.select(custom_tools).where(_OWN, *conditions), custom_tools.c.id)
