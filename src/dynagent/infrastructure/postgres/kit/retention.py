"""What nobody needs after a while: nouns say it of their tables, the housekeeping and `dynagent db prune` remove it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dynagent.infrastructure.postgres.pool import Connection

REMOVE = "WITH gone AS (DELETE FROM {} AS old WHERE {} RETURNING 1) SELECT count(*) FROM gone"
COUNT = "SELECT count(*) FROM {} AS old WHERE {}"


@dataclass(frozen=True, slots=True)
class Retention:
    """Rows of `table` that go: `condition` is SQL of the code about `old`, a row; $1 is the time `after` ago."""

    table: str
    condition: str
    after: timedelta


async def remove_old(connection: Connection, rules: Sequence[Retention]) -> Mapping[str, int]:
    """Remove what the rules let go; return how many rows of which table that was."""
    return await _counted(connection, rules, REMOVE)


async def count_old(connection: Connection, rules: Sequence[Retention]) -> Mapping[str, int]:
    """Return what `remove_old` would remove now, and remove nothing."""
    return await _counted(connection, rules, COUNT)


async def _counted(connection: Connection, rules: Sequence[Retention], statement: str) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for rule in rules:
        limit = datetime.now(UTC) - rule.after
        rows = await connection.fetchval(statement.format(rule.table, rule.condition), limit)
        counts[rule.table] = counts.get(rule.table, 0) + rows
    return counts
