"""Models and provider keys in PostgreSQL; models without an owner are global."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ARRAY, Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.language_models import (
    ModelChangedMeanwhile,
    ModelNameTaken,
    ModelNotFound,
    ModelOwner,
    ModelRecord,
    ModelRecords,
    ProviderKey,
    ProviderKeyNotFound,
    ProviderKeys,
    ProviderKeyTaken,
)
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.infrastructure.postgres.errors import refuse
from dynagent.infrastructure.postgres.kit.mapping import TableMapping
from dynagent.infrastructure.postgres.kit.metadata import ID, MOMENT, metadata, of_user
from dynagent.infrastructure.postgres.kit.owned import OwnedTable
from dynagent.infrastructure.postgres.kit.pages import TOTAL, pattern
from dynagent.infrastructure.postgres.kit.prepared import OWNER

provider_keys = Table(
    "provider_keys",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", ID, of_user(), nullable=False),
    Column("provider", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("purpose", Text, nullable=False, server_default=text("'models'")),
    Column("endpoint_url", Text),
    Column("hint", Text, nullable=False),
    Column("key_encrypted", Text, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    UniqueConstraint("user_id", "provider", "label"),
)

refuse(
    "uq_provider_keys_user_id_provider_label",
    ProviderKeyTaken,
    "you have a key of this provider with this label; take another label",
)

language_models = Table(
    "language_models",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", ID, of_user()),
    Column("name", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("model_identifier", Text, nullable=False),
    Column("endpoint_url", Text),
    Column("api_key_encrypted", Text),
    Column("key_hint", Text),
    Column("key_id", ID, ForeignKey("provider_keys.id", ondelete="SET NULL")),
    Column("config_params_json", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("capabilities", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("fallbacks", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    Column("max_rpm", Integer),
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
    Column("version", Integer, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
    UniqueConstraint("user_id", "name", postgresql_nulls_not_distinct=True),
)

Index("ix_language_models_key_id", language_models.c.key_id, postgresql_where=language_models.c.key_id.is_not(None))

RECORDS = TableMapping(
    language_models,
    ModelRecord,
    renamed={"sealed_key": "api_key_encrypted", "parameters": "config_params_json"},
    written={"config_params_json": lambda record: record.parameters.model_dump(exclude_none=True)},
)
KEYS = TableMapping(provider_keys, ProviderKey, renamed={"sealed_key": "key_encrypted"})
OWN = language_models.c.user_id == OWNER
GLOBAL = language_models.c.user_id.is_(None)
_WORDS = sa.bindparam("search", type_=Text)
_SEARCHED = sa.or_(language_models.c.name.ilike(_WORDS), language_models.c.model_identifier.ilike(_WORDS))


refuse("uq_language_models_user_id_name", ModelNameTaken, "there is a model of this name already")


class PostgresModelRecords(OwnedTable[ModelRecord], ModelRecords):
    """What one caller may see; global ones are written with `writes_global` only."""

    mapping = RECORDS
    changed_meanwhile = ModelChangedMeanwhile

    def __init__(self, session: AsyncSession, user_id: str, *, writes_global: bool) -> None:
        super().__init__(session, user_id)
        self._writes_global = writes_global

    async def create(self, entity: ModelRecord) -> ModelRecord:
        """Add a model of the caller's, or a global one. Raises ModelNameTaken, ModelNotFound."""
        if entity.user_id != self._owner and not (entity.user_id is None and self._writes_global):
            raise ModelNotFound("models are made for oneself, or by administrators for all")
        return await super().create(entity)

    async def find(self, owner: ModelOwner | None, search: str | None, page: PageRequest) -> Page[ModelRecord]:
        """Return a page of models, newest first."""
        conditions: list[sa.ColumnElement[bool]] = []
        values: dict[str, Any] = {}
        if owner is not None:
            conditions.append(OWN if owner == "own" else GLOBAL)
        if search:
            conditions.append(_SEARCHED)
            values["search"] = pattern(search)
        return await self.page(page, *conditions, **values)

    async def named(self, references: Sequence[str]) -> list[ModelRecord]:
        """Return the models that have one of these ids or names."""
        ids = [reference for reference in references if is_id(reference)]
        return await self.all_of(_named, names=list(references), ids=ids) if references else []

    async def count_own(self) -> int:
        """Return how many models the caller has."""
        return (await self.rows(self.counted, OWN))[0][TOTAL]

    @property
    def callers(self) -> dict[str, Any]:
        """The parameters that every statement has: who calls, and whether global models are theirs to change."""
        return super().callers | {"writes_global": self._writes_global}

    def written(self, entity: ModelRecord) -> dict[str, Any]:
        """Return the row of a model, which may be nobody's."""
        return self.mapping.write(entity)

    @classmethod
    def visible(cls) -> sa.ColumnElement[bool]:
        """Say which models the caller may see."""
        return sa.or_(OWN, GLOBAL)

    @classmethod
    def writable(cls) -> sa.ColumnElement[bool]:
        """Say which models the caller may change."""
        return sa.or_(OWN, sa.and_(GLOBAL, sa.bindparam("writes_global", type_=Boolean)))


def _named() -> sa.Select[Any]:
    has_name = language_models.c.name == sa.any_(sa.bindparam("names", type_=sa.ARRAY(Text)))
    has_id = language_models.c.id == sa.any_(sa.bindparam("ids", type_=sa.ARRAY(ID)))
    return PostgresModelRecords.query(sa.or_(has_name, has_id))


class PostgresProviderKeys(OwnedTable[ProviderKey], ProviderKeys):
    """One owner's provider keys; models that used one that is removed have none any more."""

    mapping = KEYS
    noun = "provider key"
    not_found = ProviderKeyNotFound

    async def add(self, key: ProviderKey) -> None:
        """Store a key, as the owner's whatever it says. Raises ProviderKeyTaken."""
        await self.create(key)

    async def get(self, key_id: str) -> ProviderKey | None:
        """Return a key of the caller."""
        return await self.get_by_id(key_id)

    async def list_own(self) -> list[ProviderKey]:
        """Return the caller's keys, newest first."""
        return await self.all_of(self.all_own)

    async def remove(self, key_id: str) -> bool:
        """Delete a key."""
        return await self.delete(key_id)

    @classmethod
    def all_own(cls) -> sa.Select[Any]:
        """Return the selection of the caller's keys, newest first."""
        return cls.query().order_by(provider_keys.c.id.desc())
