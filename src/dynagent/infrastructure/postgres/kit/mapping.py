"""From an entity to the row of its table and back, field by field: one more field needs no line here.

Rows are as asyncpg has them, with ids as UUIDs when they are read, and with JSON as text.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar, cast

import orjson
import sqlalchemy as sa
from pydantic import BaseModel, TypeAdapter
from pydantic_core import to_jsonable_python

from dynagent.infrastructure.postgres.pool import Row

E = TypeVar("E", bound=BaseModel)
Convert = Callable[[Any], Any]


def _nothing() -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class TableMapping(Generic[E]):
    """Each field is the column of its name, models within it are JSON, tuples are arrays.

    `renamed` gives field → column where the names differ, `written` column → value where that is not the field as it
    is; also for columns that no field has, which are only searched by. `within` gives field → value from its column
    where it is only a part of that.
    """

    table: sa.Table
    entity: type[E]
    renamed: Mapping[str, str] = field(default_factory=_nothing)
    written: Mapping[str, Callable[[E], Any]] = field(default_factory=_nothing)
    within: Mapping[str, Convert] = field(default_factory=_nothing)

    @property
    def columns(self) -> list[str]:
        """The names of the table's columns."""
        return [column.name for column in self.table.c]

    @cached_property
    def selected(self) -> list[sa.ColumnElement[Any]]:
        """The columns to select for `read`: JSON as text, which is validated as it is parsed."""
        return [
            sa.cast(column, sa.Text).label(column.name) if isinstance(column.type, sa.JSON) else column
            for column in self.table.c
        ]

    @cached_property
    def filled(self) -> list[str]:
        """The names of the columns that an entity has a value for."""
        return list(dict.fromkeys([*self._writers, *self.written]))

    def write(self, entity: E) -> dict[str, Any]:
        """Return the row of an entity."""
        row: dict[str, Any] = {}
        for column, (name, convert) in self._writers.items():
            given = self.written.get(column)
            value = getattr(entity, name) if given is None else given(entity)
            row[column] = value if convert is None or value is None else convert(value)
        for column in self._searched:
            row[column] = self.written[column](entity)
        return row

    def read(self, row: Row) -> E:
        """Return the entity of a row; columns that no field has are passed over."""
        values: dict[str, Any] = {}
        for name, column, convert in self._readers:
            value = row[column]
            values[name] = value if convert is None or value is None else convert(value)
        return self.entity.model_validate(values)

    @cached_property
    def _writers(self) -> dict[str, tuple[str, Convert | None]]:
        columns = {self.renamed.get(name, name): name for name in self.entity.model_fields}
        return {column: (name, _writer(self.table.c[column])) for column, name in columns.items()}

    @cached_property
    def _searched(self) -> list[str]:
        return [column for column in self.written if column not in self._writers]

    @cached_property
    def _readers(self) -> list[tuple[str, str, Convert | None]]:
        return [
            (name, self.renamed.get(name, name), self.within.get(name) or self._reader(name))
            for name in self.entity.model_fields
        ]

    def _reader(self, name: str) -> Convert | None:
        kind = self.table.c[self.renamed.get(name, name)].type
        if isinstance(kind, sa.JSON):
            return TypeAdapter[Any](cast("Any", self.entity.model_fields[name].annotation)).validate_json
        return str if isinstance(kind, sa.Uuid) else None


def json_of(value: Any) -> str:
    """Return the JSON text of a value; models may be within it."""
    if isinstance(value, BaseModel):
        return value.model_dump_json()
    try:
        return orjson.dumps(value, default=to_jsonable_python).decode()
    except orjson.JSONEncodeError:
        # Integers beyond 64 bits; and half a character, which PostgreSQL's driver refuses in words that we know.
        return json.dumps(value, ensure_ascii=False, default=to_jsonable_python)


def _writer(column: sa.Column[Any]) -> Convert | None:
    if isinstance(column.type, sa.JSON):
        return json_of
    return list if isinstance(column.type, sa.ARRAY) else None
