"""What lists cost among few rows and many: `python -m benchmarks.lists [rows]`, on an embedded PostgreSQL of its own.

For each list of executions, agents and tools the milliseconds of its statements (median of seven) and how much that
grew.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from dynagent.application.shared.caller import Caller
from dynagent.core.agents import AgentFilter
from dynagent.core.executions import ExecutionFilter, ExecutionOrder
from dynagent.core.runs import RunStatus
from dynagent.core.shared.paging import PageRequest
from dynagent.core.tools import ToolFilter
from dynagent.infrastructure.postgres import migrations
from dynagent.infrastructure.postgres.agents import PostgresAgents
from dynagent.infrastructure.postgres.custom_tools import PostgresToolLoader
from dynagent.infrastructure.postgres.database import Database, DatabaseSettings
from dynagent.infrastructure.postgres.embedded import EmbeddedPostgres
from dynagent.infrastructure.postgres.prune import tidy
from dynagent.infrastructure.postgres.runs.executions import PostgresExecutions
from dynagent.infrastructure.postgres.unit_of_work import Scopes

USERS = ("00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002")
FEW = 100
_ID = """(lpad(to_hex(1790000000000 + n), 12, '0') || '7' || lpad(to_hex($2::int), 3, '0') || '8' ||
    lpad(to_hex(n), 15, '0'))::uuid, $1::uuid"""
RUNS = """
INSERT INTO runs (id, user_id, subject_id, subject_version, subject_name, input, lane, status, result, usage, cost_usd,
  created_at, started_at, completed_at)
SELECT {id}, $1::uuid, 1, 'A',
  json_build_object('query', 'What is ' || n || ' times seven' || CASE WHEN n = 50 THEN ', needle' ELSE '' END),
  'interactive', CASE WHEN n = 60 THEN 'failed' ELSE 'completed' END,
  'Everywhere ' || n * 7 || ' ' || (SELECT string_agg(md5((n + k)::text), ' ') FROM generate_series(1, 10) k), '{}',
  n / 1000.0, now(), now(), now() + make_interval(secs => n)
FROM generate_series(1, $3::int) n
""".replace("{id}", _ID)
AGENTS = """
INSERT INTO agents (id, user_id, slug, name, kind, status, version, configuration, created_at, updated_at)
SELECT {id}, 'agent_' || n, 'Agent ' || n, 'configured', CASE WHEN n = 60 THEN 'disabled' ELSE 'active' END, 1,
  jsonb_build_object('name', 'Agent ' || n, 'model', 'demo', 'description',
    'Answers everywhere about ' || md5(n::text) || CASE WHEN n = 50 THEN ' needle' ELSE '' END), now(), now()
FROM generate_series(1, $3::int) n
""".replace("{id}", _ID)
TOOLS = """
INSERT INTO custom_tools (id, user_id, name, description, code, reflection, policy, version, source_hash, created_at,
  updated_at)
SELECT {id}, 'tool_' || n, 'Looks everywhere for ' || md5(n::text) || CASE WHEN n = 50 THEN ' needle' ELSE '' END,
  'pass', '{"entry": "run", "shape": "sync", "description": "", "parameters": {}}', '{}', 1, '', now(), now()
FROM generate_series(1, $3::int) n
""".replace("{id}", _ID)
NEWEST = ExecutionOrder()
EXECUTIONS: Mapping[str, tuple[ExecutionFilter, ExecutionOrder, int]] = {
    "newest": (ExecutionFilter(), NEWEST, 0),
    "failed": (ExecutionFilter(status=(RunStatus.FAILED,)), NEWEST, 0),
    "a status that none has": (ExecutionFilter(status=(RunStatus.TIMED_OUT,)), NEWEST, 0),
    "by cost": (ExecutionFilter(), ExecutionOrder(by="cost"), 0),
    "a word of one run": (ExecutionFilter(search="needle"), NEWEST, 0),
    "a word of none": (ExecutionFilter(search="nowhere"), NEWEST, 0),
    "a word of all": (ExecutionFilter(search="everywhere"), NEWEST, 0),
    "the end, by order": (ExecutionFilter(), ExecutionOrder(ascending=True), 0),
    "the end, by skipping": (ExecutionFilter(), NEWEST, -20),
}
OTHERS: Mapping[str, tuple[Any, int]] = {
    "agents": (AgentFilter(), 0),
    "agents, disabled": (AgentFilter(status="disabled"), 0),
    "agents, a word of one": (AgentFilter(search="needle"), 0),
    "agents, a word of all": (AgentFilter(search="everywhere"), 0),
    "agents, the end": (AgentFilter(), -20),
    "tools": (ToolFilter(), 0),
    "tools, a word of one": (ToolFilter(search="needle"), 0),
    "tools, a word of all": (ToolFilter(search="everywhere"), 0),
    "tools, the end": (ToolFilter(), -20),
}


async def main(many: int) -> None:
    """Fill, measure, print."""
    with tempfile.TemporaryDirectory() as place:
        server = EmbeddedPostgres(Path(place), durable=False, create_account=False)
        server.start_now()
        try:
            await migrations.upgrade(server.dsn())
            database = Database(DatabaseSettings.model_validate({"database_url": server.dsn()}))
            await database.connect()
            await _fill(database, many)
            for name in (*EXECUTIONS, *OTHERS):
                few, grown = [
                    await _ms(database, user, name, rows) for user, rows in zip(USERS, (FEW, many), strict=True)
                ]
                print(f"{name:26} {few:8.2f} ms {grown:8.2f} ms  x{grown / few:.1f}")
            await database.close()
        finally:
            server.stop_now()


async def _fill(database: Database, many: int) -> None:
    for number, (user, rows) in enumerate(zip(USERS, (FEW, many), strict=True)):
        began = time.perf_counter()
        for table in (RUNS, AGENTS, TOOLS):
            await database.pool.execute(table, user, number, rows)
        print(f"{rows} rows in {time.perf_counter() - began:.1f} s")
    await database.pool.execute("VACUUM ANALYZE runs, agents, custom_tools")
    await tidy(database.pool)


async def _ms(database: Database, user: str, name: str, rows: int) -> float:
    taken: list[float] = []
    async with Scopes(database, deliver=lambda _: None).open(Caller(user)) as scope:
        ask = _question(scope.session, database, user, name, rows)
        for _ in range(8):
            began = time.perf_counter()
            await ask()
            taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken[1:])


def _question(session: Any, database: Database, user: str, name: str, rows: int) -> Callable[[], Awaitable[Any]]:
    if name in EXECUTIONS:
        wanted, order, skip = EXECUTIONS[name]
        page = PageRequest(limit=20, skip=rows + skip if skip else 0)
        return lambda: PostgresExecutions(session, user).find(wanted, page, order)
    asked, skip = OTHERS[name]
    page = PageRequest(limit=20, skip=rows + skip if skip else 0)
    if isinstance(asked, AgentFilter):
        return lambda: PostgresAgents(session, user).find(asked, page)
    tools = PostgresToolLoader(database.pool)
    return lambda: tools.find(user, asked, after=None, skip=page.skip, limit=page.limit)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
