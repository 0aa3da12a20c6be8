"""Every mapping of every noun, found by its folder: what is written is what is read."""

import copy
import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from polyfactory.factories.pydantic_factory import ModelFactory
from pydantic import BaseModel

from dynagent.core.identity import User, normal_email, normal_username
from dynagent.core.runs import Run
from dynagent.infrastructure import postgres
from dynagent.infrastructure.postgres.identity import columns_of, read_user
from dynagent.infrastructure.postgres.kit.owned import OwnedTable
from dynagent.infrastructure.postgres.kit.versioned import VersionedTable
from dynagent.infrastructure.postgres.runs.columns import COLUMNS, read_run, values_of

SAMPLES = 20
LONGEST = 3
"""At most so many elements has a collection of a sample, so many characters a text; more where they are required."""


class Samples(ModelFactory[Any]):
    """Builds entities of a few elements, nested ones too.

    The library takes an upper bound of a collection as its length: a workflow with all the edges that its limits
    allow, each with a full mapping, takes minutes and a gigabyte.
    """

    __is_base_factory__ = True

    @classmethod
    def get_constrained_field_value(cls, annotation: Any, field_meta: Any, *args: Any, **named: Any) -> Any:
        constraints = field_meta.constraints
        if constraints.get("max_length") and "pattern" not in constraints:
            least = constraints.get("min_length") or 0
            most = min(constraints["max_length"], max(least, LONGEST))
            field_meta = copy.copy(field_meta)
            field_meta.constraints = {**constraints, "min_length": least, "max_length": most}
        return super().get_constrained_field_value(annotation, field_meta, *args, **named)


def tables() -> list[type[OwnedTable[Any]]]:
    """Return the repositories of all nouns that stand on the kit."""
    for module in pkgutil.walk_packages(postgres.__path__, f"{postgres.__name__}."):
        importlib.import_module(module.name)
    below = [*OwnedTable.__subclasses__(), *VersionedTable.__subclasses__()]
    found = {kind for kind in below if kind.__module__.startswith(postgres.__name__) and hasattr(kind, "mapping")}
    return sorted(found, key=lambda kind: kind.mapping.table.name)


TABLES = tables()
VERSIONED = [table for table in TABLES if issubclass(table, VersionedTable)]


def samples(entity: type[BaseModel]) -> Iterator[Any]:
    """Yield entities with every field filled in some way that it allows."""
    factory = Samples.create_factory(entity)
    factory.seed_random(1)
    return (factory.build() for _ in range(SAMPLES))


def name(table: type[OwnedTable[Any]]) -> str:
    return table.mapping.table.name


def test_every_noun_is_found() -> None:
    assert {"access_keys", "agents", "custom_tools", "language_models", "provider_keys", "schedules"} <= set(
        map(name, TABLES)
    )


@pytest.mark.parametrize("table", TABLES, ids=name)
def test_an_entity_is_read_as_it_was_written(table: type[OwnedTable[Any]]) -> None:
    for entity in samples(table.mapping.entity):
        row = table.mapping.write(entity)

        assert table.mapping.read(row) == entity
        assert set(row) <= set(table.mapping.columns)


@pytest.mark.parametrize("table", VERSIONED, ids=name)
def test_a_version_is_read_as_its_entity_was_written(table: type[VersionedTable[Any, Any]]) -> None:
    """A version's row is taken from that of its entity; it says of it what both have."""
    history = table.history
    for entity in samples(table.mapping.entity):
        row = table.mapping.write(entity)
        version = history.mapping.read({column: row[history.source(column)] for column in history.mapping.columns})
        shared = set(type(version).model_fields) & set(type(entity).model_fields) - set(history.taken)

        assert "version" in shared
        assert {field: getattr(version, field) for field in shared} == {f: getattr(entity, f) for f in shared}


def test_a_run_is_read_as_it_was_written() -> None:
    for run in samples(Run):
        values = values_of(run)

        assert read_run(values) == run
        assert list(values) == COLUMNS.split(", ")


def test_a_user_is_read_as_they_were_written() -> None:
    """Names and addresses are stored in the form they are compared in; role and password stand elsewhere."""
    for user in samples(User):
        stored = user.model_copy(update={"username": normal_username(user.username), "email": normal_email(user.email)})
        elsewhere = {"password_hash": "hash" if user.has_password else None, "role_names": [user.role]}

        assert read_user({**user.model_dump(include={"id", "created_at"}), **columns_of(user), **elsewhere}) == stored
