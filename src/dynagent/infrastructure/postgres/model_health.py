"""How models do, and which private addresses they may be at, in PostgreSQL.

What calls show is gathered in memory and stored every few seconds, for many models in one statement.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Integer, PrimaryKeyConstraint, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.language_models import ModelAddress, ModelAddresses, ModelHealth, ModelHealths, RefusedPart, Tried
from dynagent.infrastructure.llm.health import HealthNotes, Note
from dynagent.infrastructure.postgres.gathered import GatheredStore
from dynagent.infrastructure.postgres.kit.metadata import ID, MOMENT, metadata
from dynagent.infrastructure.postgres.kit.prepared import OWNER
from dynagent.infrastructure.postgres.language_models import GLOBAL, OWN, language_models
from dynagent.infrastructure.postgres.pool import Pool

model_health = Table(
    "model_health",
    metadata,
    Column("model_id", ID, ForeignKey("language_models.id", ondelete="CASCADE"), primary_key=True),
    Column("refused", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("trial", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("tried_at", MOMENT),
    Column("window_tokens", Integer),
    Column("answered_at", MOMENT),
    Column("error", Text),
    Column("error_code", Text),
    Column("failed_at", MOMENT),
)

model_addresses = Table(
    "model_addresses",
    metadata,
    Column("host", Text, nullable=False),
    Column("port", Integer, nullable=False),
    Column("allowed_by", ID),
    Column("allowed_at", MOMENT, nullable=False),
    PrimaryKeyConstraint("host", "port"),
)

# Models that were deleted meanwhile have no health. A later moment wins, whoever stores first.
STORE = """
INSERT INTO model_health AS h (model_id, refused, window_tokens, answered_at, error, error_code, failed_at)
SELECT n.model_id, n.refused::jsonb, n.window_tokens, n.answered_at, n.error, n.error_code, n.failed_at
FROM unnest($1::uuid[], $2::text[], $3::int[], $4::timestamptz[], $5::text[], $6::text[], $7::timestamptz[])
  AS n(model_id, refused, window_tokens, answered_at, error, error_code, failed_at)
JOIN language_models m ON m.id = n.model_id ORDER BY 1
ON CONFLICT (model_id) DO UPDATE SET
  refused = h.refused || excluded.refused,
  window_tokens = coalesce(excluded.window_tokens, h.window_tokens),
  answered_at = greatest(excluded.answered_at, h.answered_at),
  error = CASE WHEN excluded.failed_at >= coalesce(h.failed_at, '-infinity') THEN excluded.error ELSE h.error END,
  error_code = CASE WHEN excluded.failed_at >= coalesce(h.failed_at, '-infinity') THEN excluded.error_code
    ELSE h.error_code END,
  failed_at = greatest(excluded.failed_at, h.failed_at)
"""
TRIED = """
INSERT INTO model_health (model_id, trial, tried_at) SELECT m.id, $2::jsonb, $3 FROM language_models m WHERE m.id = $1
ON CONFLICT (model_id) DO UPDATE SET trial = excluded.trial, tried_at = excluded.tried_at
"""


class HealthStore(GatheredStore[dict[str, Note]]):
    """Stores what `notes` have gathered, and trials."""

    name = "model-health"

    def __init__(self, pool: Pool, notes: HealthNotes) -> None:
        super().__init__(pool, notes)
        self.notes = notes

    def statement(self, taken: dict[str, Note]) -> tuple[Any, ...]:
        """Return the statement that stores notes."""
        return STORE, *_columns(taken)

    async def store_trial(self, model_id: str, tried: Sequence[Tried]) -> None:
        """Store what a trial has shown, with all that was noted before."""
        await self.store()
        trial = json.dumps([item.model_dump() for item in tried], ensure_ascii=False)
        await self.pool.execute(TRIED, model_id, trial, self.notes.clock())


class PostgresModelHealths(ModelHealths):
    """The health of models that one caller may see, in one session."""

    def __init__(self, session: AsyncSession, user_id: str, *, store: HealthStore, writes_global: bool) -> None:
        self._session = session
        self._caller = {OWNER.key: user_id}
        self._store = store
        self._writes_global = writes_global

    async def of(self, model_ids: Sequence[str]) -> Mapping[str, ModelHealth]:
        """Return the health of those models that anything is known of."""
        if not model_ids:
            return {}
        await self._store.store()
        return await read_health(self._session, model_health.c.model_id.in_(model_ids), self._caller)

    async def forget_refused(self, model_id: str) -> None:
        """Forget what was refused, what was noted of it lately too."""
        await self._store.store()
        await self._session.execute(
            sa.update(model_health).where(self._writable(model_id)).values(refused={}), self._caller
        )

    async def reset(self, model_id: str) -> None:
        """Delete the row."""
        await self._store.store()
        await self._session.execute(sa.delete(model_health).where(self._writable(model_id)), self._caller)

    def _writable(self, model_id: str) -> sa.ColumnElement[bool]:
        own = sa.or_(OWN, GLOBAL) if self._writes_global else OWN
        mine = sa.select(language_models.c.id).where(language_models.c.id == model_id, own)
        return model_health.c.model_id.in_(mine)


class PostgresModelAddresses(ModelAddresses):
    """The addresses in one session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def list_all(self) -> list[ModelAddress]:
        """Return all, by host and port."""
        return await read_addresses(self._session)

    async def add(self, address: ModelAddress) -> None:
        """Insert one unless it is there."""
        await self._session.execute(insert(model_addresses).values(address.model_dump()).on_conflict_do_nothing())

    async def remove(self, host: str, port: int) -> bool:
        """Delete one."""
        at = sa.and_(model_addresses.c.host == host, model_addresses.c.port == port)
        gone = await self._session.execute(sa.delete(model_addresses).where(at).returning(model_addresses.c.host))
        return gone.first() is not None


async def read_addresses(session: AsyncSession) -> list[ModelAddress]:
    """Return all addresses that were allowed."""
    found = await session.execute(sa.select(model_addresses).order_by(model_addresses.c.host, model_addresses.c.port))
    return [ModelAddress.model_validate(dict(row)) for row in found.mappings()]


async def read_health(
    session: AsyncSession, condition: sa.ColumnElement[bool], values: Mapping[str, Any]
) -> dict[str, ModelHealth]:
    """Return the health of visible models by id; `values` say who the owner is."""
    visible = sa.select(model_health).join(language_models).where(sa.or_(OWN, GLOBAL), condition)
    found = await session.execute(visible, dict(values))
    return {row["model_id"]: _read(row) for row in found.mappings()}


def _read(row: Mapping[Any, Any]) -> ModelHealth:
    refused = tuple(RefusedPart(part=part, until=until) for part, until in row["refused"].items())
    fields = ("trial", "tried_at", "window_tokens", "answered_at", "error", "error_code", "failed_at")
    return ModelHealth.model_validate({"refused": refused, **{name: row[name] for name in fields}})


def _columns(noted: Mapping[str, Note]) -> list[list[Any]]:
    refused = [json.dumps({part: until.isoformat() for part, until in note.refused.items()}) for note in noted.values()]
    names = ("window_tokens", "answered_at", "error", "error_code", "failed_at")
    return [list(noted), refused, *([getattr(note, name) for note in noted.values()] for name in names)]
