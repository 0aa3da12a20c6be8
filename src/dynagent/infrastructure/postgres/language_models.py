"""Models and provider keys in PostgreSQL. Owner or global is part of every statement."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.language_models import (
    ModelChangedMeanwhile,
    ModelNameTaken,
    ModelNotFound,
    ModelOwner,
    ModelRecord,
    ModelRecords,
    ProviderKey,
    ProviderKeys,
    ProviderKeyTaken,
)
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.infrastructure.postgres.built_statements import execute, page_of
from dynagent.infrastructure.postgres.errors import translated
from dynagent.infrastructure.postgres.identity_tables import language_models, provider_keys


class PostgresModelRecords(ModelRecords):
    """What one caller may see; global ones are written with `writes_global` only."""

    def __init__(self, session: AsyncSession, user_id: str, *, writes_global: bool) -> None:
        self._session = session
        own = language_models.c.user_id == user_id
        self._user_id = user_id
        self._own = own
        self._global = language_models.c.user_id.is_(None)
        self._seen = sa.or_(own, self._global)
        self._written = self._seen if writes_global else own
        self._writes_global = writes_global

    async def create(self, entity: ModelRecord) -> ModelRecord:
        """Add a model of the caller's, or a global one. Raises ModelNameTaken, ModelNotFound."""
        if entity.user_id != self._user_id and not (entity.user_id is None and self._writes_global):
            raise ModelNotFound("models are made for oneself, or by administrators for all")
        await self._write(sa.insert(language_models).values(**write_record(entity)))
        return entity

    async def get_by_id(self, id: str) -> ModelRecord | None:
        """Return a model that the caller may see."""
        query = sa.select(language_models).where(language_models.c.id == id, self._seen)
        row = (await execute(self._session, query)).mappings().one_or_none()
        return None if row is None else read_record(row)

    async def update(self, entity: ModelRecord) -> ModelRecord:
        """Store the next version. Raises ModelNameTaken, ModelChangedMeanwhile."""
        values = write_record(entity)
        before = language_models.c.version == entity.version - 1
        changed = (
            sa.update(language_models).where(language_models.c.id == entity.id, self._written, before).values(**values)
        )
        if await self._write(changed) is None:
            raise ModelChangedMeanwhile(f"model {entity.id} was changed meanwhile")
        return entity

    async def delete(self, id: str) -> bool:
        """Remove a model that the caller may write."""
        gone = (
            sa.delete(language_models).where(language_models.c.id == id, self._written).returning(language_models.c.id)
        )
        return (await execute(self._session, gone)).scalar_one_or_none() is not None

    async def list_all(self, skip: int = 0, limit: int = 100) -> list[ModelRecord]:
        """Return what the caller may see, newest first."""
        return list((await self.find(None, None, PageRequest(skip=skip, limit=limit))).items)

    async def find(self, owner: ModelOwner | None, search: str | None, page: PageRequest) -> Page[ModelRecord]:
        """Return a page of models, newest first."""
        whose = {"own": self._own, "global": self._global, None: self._seen}[owner]
        query = sa.select(language_models).where(whose)
        if search:
            named = language_models.c.name.icontains(search, autoescape=True)
            query = query.where(sa.or_(named, language_models.c.model_identifier.icontains(search, autoescape=True)))
        return await page_of(self._session, query, id=language_models.c.id, page=page, read=read_record)

    async def count_own(self) -> int:
        """Return how many models the caller has."""
        query = sa.select(sa.func.count()).select_from(language_models).where(self._own)
        return (await execute(self._session, query)).scalar_one()

    async def _write(self, statement: sa.Insert | sa.Update) -> Any:
        try:
            return (await self._session.execute(statement.returning(language_models.c.id))).scalar_one_or_none()
        except IntegrityError as error:
            if "uq_language_models_user_id_name" not in str(error.orig):
                raise
            raise ModelNameTaken("there is a model of this name already") from None
        except (SQLAlchemyError, OSError) as error:
            raise translated(error) or error from error


class PostgresProviderKeys(ProviderKeys):
    """One owner's provider keys."""

    def __init__(self, session: AsyncSession, user_id: str) -> None:
        self._session = session
        self._user_id = user_id
        self._own = provider_keys.c.user_id == user_id

    async def add(self, key: ProviderKey) -> None:
        """Store a key, as the owner's whatever it says. Raises ProviderKeyTaken."""
        values = {**key.model_dump(exclude={"sealed_key"}), "key_encrypted": key.sealed_key, "user_id": self._user_id}
        try:
            await self._session.execute(sa.insert(provider_keys).values(**values))
        except IntegrityError as error:
            if "uq_provider_keys_user_id_provider_label" not in str(error.orig):
                raise
            raise ProviderKeyTaken("you have a key of this provider with this label; take another label") from None
        except (SQLAlchemyError, OSError) as error:
            raise translated(error) or error from error

    async def get(self, key_id: str) -> ProviderKey | None:
        """Return a key of the caller."""
        query = sa.select(provider_keys).where(provider_keys.c.id == key_id, self._own)
        row = (await execute(self._session, query)).mappings().one_or_none()
        return None if row is None else read_key(row)

    async def list_own(self) -> list[ProviderKey]:
        """Return the caller's keys, newest first."""
        query = sa.select(provider_keys).where(self._own).order_by(provider_keys.c.id.desc())
        return [read_key(row) for row in (await execute(self._session, query)).mappings()]

    async def remove(self, key_id: str) -> bool:
        """Delete a key; models that used it have none any more."""
        gone = sa.delete(provider_keys).where(provider_keys.c.id == key_id, self._own).returning(provider_keys.c.id)
        return (await execute(self._session, gone)).scalar_one_or_none() is not None


def read_record(row: Any) -> ModelRecord:
    """Return the model of a row."""
    fields = dict(row)
    fields["sealed_key"] = fields.pop("api_key_encrypted")
    fields["parameters"] = fields.pop("config_params_json")
    return ModelRecord.model_validate(fields)


def write_record(record: ModelRecord) -> dict[str, Any]:
    """Return the row of a model."""
    fields = record.model_dump(mode="python", exclude={"sealed_key", "parameters", "fallbacks"})
    return {
        **fields,
        "api_key_encrypted": record.sealed_key,
        "config_params_json": record.parameters.model_dump(exclude_none=True),
        "fallbacks": list(record.fallbacks),
    }


def read_key(row: Any) -> ProviderKey:
    """Return the key of a row."""
    fields = dict(row)
    fields["sealed_key"] = fields.pop("key_encrypted")
    return ProviderKey.model_validate(fields)
