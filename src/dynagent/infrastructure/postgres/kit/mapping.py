"""From an entity to the row of its table and back, field by field: one more field needs no line here."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel

E = TypeVar("E", bound=BaseModel)


def _nothing() -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class TableMapping(Generic[E]):
    """Each field is the column of its name, models within it are JSON, tuples are arrays.

    `renamed` gives field → column where the names differ, `written` column → value where that is not the field as it
    is; also for columns that no field has, which are only searched by.
    """

    table: sa.Table
    entity: type[E]
    renamed: Mapping[str, str] = field(default_factory=_nothing)
    written: Mapping[str, Callable[[E], Any]] = field(default_factory=_nothing)

    @property
    def columns(self) -> list[str]:
        """The names of the table's columns."""
        return [column.name for column in self.table.c]

    def write(self, entity: E) -> dict[str, Any]:
        """Return the row of an entity."""
        row = {self.renamed.get(name, name): _plain(getattr(entity, name)) for name in self.entity.model_fields}
        return row | {column: value(entity) for column, value in self.written.items()}

    def read(self, row: Mapping[str, Any]) -> E:
        """Return the entity of a row as SQLAlchemy reads it; columns that no field has are passed over."""
        return self.entity.model_validate(
            {name: row[self.renamed.get(name, name)] for name in self.entity.model_fields}
        )

    def read_raw(self, row: Mapping[str, Any]) -> E:
        """Return the entity of a row as asyncpg reads it: ids are UUIDs, JSON is text."""
        return self.read({name: self._read_raw(name, value) for name, value in row.items()})

    def _read_raw(self, column: str, value: Any) -> Any:
        if isinstance(value, UUID):
            return str(value)
        is_json = isinstance(value, str) and isinstance(self.table.c[column].type, sa.JSON)
        return json.loads(value) if is_json else value


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return list(value) if isinstance(value, tuple) else value  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
