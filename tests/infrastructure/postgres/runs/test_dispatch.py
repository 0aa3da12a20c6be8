"""One authority: an execution is claimed once, within its user's cap, and comes back when it must."""

import asyncio
from typing import Any

import pytest

from dynagent.core.runs import Message, RunStatus, ToolEnd, ToolStart
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.runs.dispatch import PostgresDispatch
from dynagent.infrastructure.trace.recorder import encode
from tests.infrastructure.postgres.rows import add_execution, add_worker, status_of


@pytest.fixture
def dispatch(database: Database) -> PostgresDispatch:
    return PostgresDispatch(database.pool, user_cap=1000)


async def test_a_claim_takes_a_pending_execution(database: Database, dispatch: PostgresDispatch) -> None:
    id = await add_execution(database)
    claim = await dispatch.claim(id, await add_worker(database))
    assert claim is not None
    assert (claim.run.id, claim.run.status, claim.run.attempt) == (id, RunStatus.RUNNING, 1)
    assert claim.run.input["context"] == {"a": 1}
    assert claim.run.started_at is not None
    assert claim.last_seq == 1


async def test_of_many_claims_one_wins(database: Database, dispatch: PostgresDispatch) -> None:
    id = await add_execution(database)
    workers = [await add_worker(database) for _ in range(4)]
    claims = await asyncio.gather(*(dispatch.claim(id, worker) for worker in workers * 5))
    assert len([claim for claim in claims if claim]) == 1


@pytest.mark.parametrize("status", ["running", "waiting", "completed", "failed", "cancelled", "timed_out"])
async def test_only_pending_is_claimed(database: Database, dispatch: PostgresDispatch, status: str) -> None:
    id = await add_execution(database, status=status)
    assert await dispatch.claim(id, await add_worker(database)) is None


async def test_a_dead_or_unknown_worker_claims_nothing(database: Database, dispatch: PostgresDispatch) -> None:
    id = await add_execution(database)
    worker = await add_worker(database)
    await database.pool.execute("UPDATE workers SET dead = true WHERE id = $1", worker)
    assert await dispatch.claim(id, worker) is None
    assert await dispatch.claim(id, new_id()) is None
    assert await status_of(database, id) is RunStatus.PENDING


async def test_an_unknown_execution_is_no_claim(database: Database, dispatch: PostgresDispatch) -> None:
    assert await dispatch.claim(new_id(), await add_worker(database)) is None


async def test_a_claim_has_the_stores_time_but_none_before_the_logs_end(
    database: Database, dispatch: PostgresDispatch
) -> None:
    id = await add_execution(database)
    worker = await add_worker(database)
    before = await database.pool.fetchval("SELECT extract(epoch FROM clock_timestamp())::float8")
    first = await dispatch.claim(id, worker)
    assert first is not None and first.moment is not None and first.moment >= before
    await dispatch.requeue(id, 1, crashed=False)
    await database.pool.execute(
        "INSERT INTO run_events VALUES ($1, 9, 1, 'node_start', to_timestamp($2), $3)",
        id,
        before + 7200,
        '{"type":"node_start","seq":9,"timestamp":1.0,"attempt":1,"node":"n"}',
    )
    again = await dispatch.claim(id, worker)
    assert again is not None and again.moment is not None
    assert (again.last_seq, round(again.moment - before)) == (9, 7200)


async def test_a_user_runs_no_more_than_the_cap_at_once(database: Database) -> None:
    dispatch = PostgresDispatch(database.pool, user_cap=3)
    user = new_id()
    ids = [await add_execution(database, user_id=user) for _ in range(8)]
    worker = await add_worker(database)
    claims = [claim for claim in await asyncio.gather(*(dispatch.claim(id, worker) for id in ids)) if claim]
    assert len(claims) <= 3
    for id in ids:
        claim = await dispatch.claim(id, worker)
        if claim is not None:
            claims.append(claim)
    assert len(claims) == 3
    assert await dispatch.requeue(claims[0].run.id, 1, crashed=False) is True
    again = [await dispatch.claim(id, worker) for id in ids]
    assert len([claim for claim in again if claim]) == 1


async def test_requeueing_is_fenced_by_the_attempt(database: Database, dispatch: PostgresDispatch) -> None:
    id = await add_execution(database)
    await dispatch.claim(id, await add_worker(database))
    assert await dispatch.requeue(id, 2, crashed=True) is False
    assert await dispatch.requeue(id, 1, crashed=True) is True
    assert await status_of(database, id) is RunStatus.PENDING
    assert await database.pool.fetchval("SELECT crashes FROM runs WHERE id = $1", id) == 1
    claim = await dispatch.claim(id, await add_worker(database))
    assert claim is not None
    assert claim.run.attempt == 2


async def test_what_was_requeued_with_a_delay_waits(database: Database, dispatch: PostgresDispatch) -> None:
    id = await add_execution(database)
    worker = await add_worker(database)
    await dispatch.claim(id, worker)
    await dispatch.requeue(id, 1, crashed=False, delay_s=3600)
    assert await dispatch.claim(id, worker) is None


async def test_a_later_attempt_brings_the_journal(database: Database, dispatch: PostgresDispatch) -> None:
    id = await add_execution(database)
    worker = await add_worker(database)
    await dispatch.claim(id, worker)
    common: dict[str, Any] = {"timestamp": 1.0, "tool": "t", "call_id": "c", "line": "▶ t()"}
    events = [
        Message(timestamp=1.0, message_id="m", content="Hi", model="demo", call_key="analyze:1"),
        ToolStart(**common, arguments={}, call_key="tools:1:0"),
        ToolEnd(**common, call_key="tools:1:0", result={"a": 1}, duration_ms=1),
        ToolStart(**common, arguments={}, call_key="tools:2:0", repeatable=False),
    ]
    for seq, event in enumerate(events, start=2):
        await database.pool.execute(
            "INSERT INTO run_events VALUES ($1, $2, 1, $3, now(), $4)",
            id,
            seq,
            event.type,
            encode(event, seq=seq, attempt=1).decode(),
        )
    await dispatch.requeue(id, 1, crashed=True)
    claim = await dispatch.claim(id, worker)
    assert claim is not None
    assert claim.last_seq == 5
    reply, end = claim.journal.reply("analyze:1"), claim.journal.tool_end("tools:1:0")
    assert reply is not None
    assert reply.content == "Hi"
    assert end is not None
    assert end.result == {"a": 1}
    assert claim.journal.in_doubt("tools:2:0")
    assert not claim.journal.in_doubt("tools:1:0")
