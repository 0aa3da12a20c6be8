"""Which tools runs have called, from their logs."""

from collections.abc import Mapping, Sequence

from dynagent.infrastructure.postgres.pool import Connection

CALLED = """
SELECT execution_id::text AS id, payload ->> 'tool' AS tool FROM run_events
WHERE execution_id = ANY($1::uuid[]) AND type = 'tool_start' ORDER BY execution_id, seq
"""


async def tools_called(connection: Connection, run_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """Return the names of the tools that each of these runs has called, in that order."""
    called: dict[str, list[str]] = {}
    if run_ids:
        for row in await connection.fetch(CALLED, list(dict.fromkeys(run_ids))):
            called.setdefault(row["id"], []).append(row["tool"])
    return called
