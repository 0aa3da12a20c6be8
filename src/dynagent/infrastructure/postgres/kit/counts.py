"""How long a list is, counted as it changes: what is deep in a long one is then read from its nearer end.

`list_counts` is kept right by triggers (migration 0070), for runs by `runs/counts.py` too. It can be made anew from
the rows it counts, so no backup holds it.
"""

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint, Table, Text

from dynagent.core.shared.paging import MAX_COUNTED
from dynagent.infrastructure.postgres.kit.metadata import ID, MOMENT, metadata
from dynagent.infrastructure.postgres.kit.prepared import OWNER

list_counts = Table(
    "list_counts",
    metadata,
    Column("list", Text, nullable=False),
    Column("user_id", ID, nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("up_to", ID),
    Column("created_at", MOMENT, nullable=False, server_default=sa.func.now()),
    Column("updated_at", MOMENT, nullable=False, server_default=sa.func.now()),
    PrimaryKeyConstraint("list", "user_id"),
)


def length_of(table: Table) -> sa.Select[tuple[int]]:
    """Return the query of how many rows of a table the caller has, as `n`; no row means none."""
    of_caller = list_counts.c.user_id == OWNER
    return sa.select(list_counts.c.n).where(list_counts.c.list == sa.literal_column(f"'{table.name}'"), of_caller)


def is_deep(skip: int) -> bool:
    """Say whether so many rows are skipped that it is worth knowing the list's length first."""
    return skip > MAX_COUNTED


def from_the_end(*, skip: int, limit: int, length: int) -> tuple[int, int] | None:
    """Return how many rows to skip and to read from a list's other end, None when this end is nearer."""
    left = max(length - skip, 0)
    if left >= skip:
        return None
    read = min(limit, left)
    return left - read, read
