"""What the tables of all nouns have in common: one schema, its names of constraints, ids and times."""

from typing import Any

from sqlalchemy import Column, DateTime, ForeignKey, MetaData, Uuid, func

ID = Uuid(as_uuid=False)
MOMENT = DateTime(timezone=True)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def of_user() -> ForeignKey:
    """Return the reference to the user with whom the row goes."""
    return ForeignKey("users.id", ondelete="CASCADE")


def times() -> tuple[Column[Any], Column[Any]]:
    """Return the columns of when a row was made and changed, for tables whose statements do not name them."""
    return (
        Column("created_at", MOMENT, nullable=False, server_default=func.now()),
        Column("updated_at", MOMENT, nullable=False, server_default=func.now()),
    )
