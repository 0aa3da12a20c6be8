"""What is too old of runs, written to a file before it is removed: one line of JSON for each run, with its trace."""

import gzip
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from dynagent.infrastructure.postgres.pool import Pool
from dynagent.infrastructure.postgres.runs.columns import COLUMNS
from dynagent.infrastructure.postgres.runs.removal import tree
from dynagent.infrastructure.postgres.runs.retention import OLD

AT_ONCE = 100
MARGIN = timedelta(hours=1)
"""Runs that become too old while the file is written are written as well."""
IDS = f"""{tree(f"id IN ({OLD})")}
SELECT id::text AS id FROM tree WHERE $2::uuid IS NULL OR id > $2::uuid ORDER BY id LIMIT $3
"""  # noqa: S608 - constants of the code
RUN = f"SELECT row_to_json(r)::text FROM (SELECT {COLUMNS} FROM runs WHERE id = $1) AS r"  # noqa: S608 - constants of the code
EVENTS = "SELECT payload::text AS payload FROM run_events WHERE execution_id = $1 ORDER BY seq"


async def archive(pool: Pool, older_than: timedelta, file: Path) -> int:
    """Write ended runs that are older than that, with all that they have started, to a new file; return how many.

    The file is gzip-compressed lines of `{"run": …, "events": […]}`; it is complete or not there. Raises
    FileExistsError.
    """
    limit = datetime.now(UTC) - older_than + MARGIN
    count, after = 0, None
    with _new_file(file) as written:
        while rows := await pool.fetch(IDS, limit, after, AT_ONCE):
            for row in rows:
                run = orjson.loads(await pool.fetchval(RUN, row["id"]))
                events = [orjson.loads(event["payload"]) for event in await pool.fetch(EVENTS, row["id"])]
                written.write(orjson.dumps({"run": run, "events": events}) + b"\n")
            count, after = count + len(rows), rows[-1]["id"]
    return count


@contextmanager
def _new_file(file: Path) -> Generator[gzip.GzipFile]:
    with gzip.open(file, "xb") as written:
        try:
            yield written
        except BaseException:
            file.unlink()
            raise
