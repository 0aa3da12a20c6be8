"""Named output types in PostgreSQL. Schemas are kept as JSON text: models write properties in their order."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSON

from dynagent.core.output_types import OutputType, OutputTypeNameTaken, OutputTypes
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.infrastructure.postgres.errors import refuse
from dynagent.infrastructure.postgres.kit.mapping import TableMapping
from dynagent.infrastructure.postgres.kit.metadata import ID, MOMENT, metadata
from dynagent.infrastructure.postgres.kit.owned import OwnedTable
from dynagent.infrastructure.postgres.kit.prepared import parameter

outputtypes = Table(
    "outputtypes",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", ID, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("json_schema", JSON, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
    UniqueConstraint("user_id", "name"),
)

refuse("uq_outputtypes_user_id_name", OutputTypeNameTaken, "you have an output type of this name already")


class PostgresOutputTypes(OwnedTable[OutputType], OutputTypes):
    """One owner's output types in one session."""

    mapping = TableMapping(outputtypes, OutputType)

    async def page_of(self, page: PageRequest) -> Page[OutputType]:
        """Return a page of the owner's own, newest first."""
        return await self.page(page)

    async def own(self, name: str) -> OutputType | None:
        """Return the owner's own type of this name, or None."""
        row = await self.first(_of_name, name=name)
        return None if row is None else self.mapping.read(row)


def _of_name() -> sa.Select[Any]:
    return PostgresOutputTypes.query(outputtypes.c.name == parameter(outputtypes.c.name))
