"""Every metric that operators are told of (docs/scaling.md) exists and moves; health knows who works."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from dynagent.infrastructure.observability import process_metrics
from tests.main.people import People

GROW = (
    "dynagent_claim_seconds_count",
    "dynagent_claim_seconds_sum",
    "dynagent_attempts_total",
    "dynagent_execution_wait_seconds_count",
    "dynagent_trace_batch_events_sum",
    "dynagent_trace_commit_seconds_sum",
    "dynagent_trace_ring_hits_total",
    "dynagent_cache_requests_total",
    "dynagent_cache_seconds_sum",
    "dynagent_executions_total",
    "dynagent_model_calls_total",
    "dynagent_tool_calls_total",
    "dynagent_operation_seconds_count",
)


@pytest.fixture(autouse=True)
def read_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_metrics, "READ_EVERY_S", 0.05)


async def until(people: People, holds: Callable[[dict[str, float]], bool]) -> dict[str, float]:
    async with asyncio.timeout(20):
        while not holds(found := await people.metrics()):
            await asyncio.sleep(0.05)
    return found


async def test_a_run_moves_them(people: People) -> None:
    agent = await people.agent("calculator")
    before = await people.metrics()
    id = await people.start(agent, "[[tools=1]] [[tokens=20]] [[token_delay=0.05]] one")
    watcher = people.watch(id)
    during = await until(people, lambda now: now["dynagent_executions_running"] == 1)
    await until(people, lambda now: now["dynagent_trace_followers"] == 1)
    assert during["dynagent_processes_alive"] == 1
    async with asyncio.timeout(20):
        await watcher.over()
    await people.ended(id)
    after = await until(people, lambda now: now["dynagent_executions_running"] == 0)
    assert [name for name in GROW if after[name] <= before.get(name, 0.0)] == []
    assert after["dynagent_attempts_total"] == 1
    assert after["dynagent_trace_ring_misses_total"] >= 0
    assert 0 <= after["dynagent_heartbeat_age_seconds"] < 60
    assert after["dynagent_trace_failing"] == after["dynagent_redis_away"] == 0


async def test_what_waits_is_counted_with_its_age(people: People, fresh_database_url: str) -> None:
    """A pending row that no worker can take yet."""
    id = await people.start(await people.agent("calculator"), "[[tokens=1]] one")
    await people.ended(id)
    connection: Any = await asyncpg.connect(fresh_database_url)
    await connection.execute(
        "UPDATE runs SET status = 'pending', not_before = now() + interval '1 h', "
        "created_at = now() - interval '90 s' WHERE id = $1::uuid",
        id,
    )
    await connection.close()
    found = await until(people, lambda now: now["dynagent_oldest_pending_seconds"] >= 90)
    assert found["dynagent_executions_pending"] == 1
    queue = (await people.health())["queue"]
    assert queue["status"] == "warn"
    assert "1 executions wait, the oldest for" in queue["detail"]


async def test_health_tells_of_the_loop_and_the_lease(people: People) -> None:
    parts = await people.health()
    assert parts["worker"]["status"] == parts["event loop"]["status"] == "ok"
    assert {"database", "schema", "model", "worker", "queue", "event loop", "trace", "sandbox"} <= parts.keys()
