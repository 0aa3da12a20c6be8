"""The trace log loses nothing, doubles nothing, shows only what is stored, and refuses attempts that were replaced."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from dynagent.core.runs import Complete, Frame, NodeStart, Outcome, RunLost, RunStatus, TraceRecorder, Usage
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.runs import trace_log as module
from dynagent.infrastructure.postgres.runs.dispatch import PostgresDispatch
from dynagent.infrastructure.postgres.runs.trace_log import PostgresTraceLog
from dynagent.infrastructure.postgres.runs.trace_news import TraceNews
from dynagent.infrastructure.postgres.runs.trace_writer import BatchReport, EventWriter
from dynagent.infrastructure.trace.hub import TraceHub
from tests.infrastructure.postgres.rows import add_execution, add_worker, claimed, status_of

DONE = Outcome(status=RunStatus.COMPLETED, result="42", model="demo", usage=Usage(total_tokens=7), cost_usd=None)


class House:
    """A trace log with its writer and hub."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.hub = TraceHub()
        self.reports: list[BatchReport] = []
        self.writer = EventWriter(database.pool, self.hub.publish, observe=self.reports.append)
        self.news = TraceNews(database.pool, self.hub, heartbeat_s=0.05)
        self.log = PostgresTraceLog(database.pool, self.writer, self.hub, window_s=0.001, heartbeat_s=0.05)


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    house = House(database)
    house.writer.start()
    house.news.start()
    yield house
    await house.news.stop()
    await house.writer.stop()


def start(number: int = 0) -> NodeStart:
    return NodeStart(timestamp=float(number), node=f"n{number}")


def complete() -> Complete:
    return Complete(timestamp=1.0, result="42", model="demo", input_tokens=1, output_tokens=1, duration_ms=1)


async def collect(batches: AsyncIterator[Sequence[Frame]]) -> list[Frame]:
    return [frame async for batch in batches for frame in batch]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


def seqs(frames: Sequence[Frame]) -> list[int]:
    return [frame.seq for frame in frames]


async def write(recorder: TraceRecorder, count: int) -> None:
    for number in range(count):
        recorder.record(start(number))
        if number % 3 == 0:
            await asyncio.sleep(0)
    await recorder.finish(DONE, complete())


async def test_a_finished_log_is_replayed_whole_and_ends(house: House) -> None:
    claim = await claimed(house.database)
    await write(house.log.open(claim), 5)
    frames = await collect(house.log.follow(claim.run.id, 0))
    assert seqs(frames) == [1, 2, 3, 4, 5, 6, 7]
    assert frames[-1].terminal
    assert [json.loads(frame.payload)["seq"] for frame in frames] == seqs(frames)


async def test_the_last_event_and_the_final_state_are_stored_together(house: House) -> None:
    claim = await claimed(house.database)
    await write(house.log.open(claim), 1)
    row = await house.database.pool.fetchrow(
        "SELECT status, result, answered_model, usage ->> 'total_tokens' AS tokens, completed_at, worker "
        "FROM runs WHERE id = $1",
        claim.run.id,
    )
    assert row is not None
    assert (row["status"], row["result"], row["answered_model"], row["tokens"]) == ("completed", "42", "demo", "7")
    assert row["completed_at"] is not None
    assert row["worker"] is None
    slots = await house.database.pool.fetchval("SELECT n FROM user_slots WHERE user_id = $1", claim.run.user_id)
    assert slots == 0


async def test_marks_are_stored_with_the_end_and_found_by_their_index(house: House) -> None:
    claim, plain = await claimed(house.database), await claimed(house.database)
    recorder = house.log.open(claim)
    await recorder.finish(DONE.model_copy(update={"marks": ("time_limit", "tool_errors")}), complete())
    await write(house.log.open(plain), 1)
    async with house.database.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off")
        query = "SELECT id::text AS id FROM runs WHERE marks <> '{}' AND marks @> ARRAY['tool_errors'] AND id = ANY($1)"
        found = await connection.fetch(query, [claim.run.id, plain.run.id])
        plan = await connection.fetch(
            "EXPLAIN SELECT id FROM runs WHERE marks <> '{}' AND marks @> ARRAY['tool_errors']"
        )
    assert [row["id"] for row in found] == [claim.run.id]
    assert "ix_runs_marks" in "".join(row["QUERY PLAN"] for row in plan)


@pytest.mark.parametrize("after", [1, 3, 6, 7])
async def test_a_cursor_gets_strictly_what_follows(house: House, after: int) -> None:
    claim = await claimed(house.database)
    await write(house.log.open(claim), 5)
    assert seqs(await collect(house.log.follow(claim.run.id, after))) == list(range(after + 1, 8))


async def test_live_bytes_equal_replayed_bytes(house: House) -> None:
    claim = await claimed(house.database)
    live = asyncio.create_task(collect(house.log.follow(claim.run.id, 0)))
    await asyncio.sleep(0.01)
    recorder = house.log.open(claim)
    recorder.record_text("m", "Grüße 🌍 ", span_id="s", parent_span_id=None)
    recorder.record_text("m", '\u2028 \\ " </script>', span_id="s", parent_span_id=None)
    await write(recorder, 20)
    replayed = await collect(house.log.follow(claim.run.id, 0))
    assert await live == replayed


async def test_followers_that_come_at_any_moment_see_everything_once(house: House) -> None:
    claim = await claimed(house.database)
    recorder = house.log.open(claim)
    followers: list[asyncio.Task[list[Frame]]] = []
    for number in range(60):
        recorder.record(start(number))
        if number % 4 == 0:
            followers.append(asyncio.create_task(collect(house.log.follow(claim.run.id, number // 2))))
        await asyncio.sleep(0.001)
    await recorder.finish(DONE, complete())
    for index, follower in enumerate(followers):
        assert seqs(await follower) == list(range(index * 2 + 1, 63))


async def test_a_slow_follower_is_served_from_the_table(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dynagent.infrastructure.trace.hub.RING_FRAMES", 3)
    monkeypatch.setattr(module, "PAGE", 4)
    claim = await claimed(house.database)
    seen: list[int] = []

    async def slow() -> None:
        async for batch in house.log.follow(claim.run.id, 0):
            seen.extend(seqs(batch))
            await asyncio.sleep(0.004)

    follower = asyncio.create_task(slow())
    recorder = house.log.open(claim)
    for number in range(80):
        recorder.record(start(number))
        await asyncio.sleep(0.001)
    await recorder.finish(DONE, complete())
    await follower
    assert seen == list(range(1, 83))


async def test_silence_is_a_heartbeat_while_the_execution_lives(house: House) -> None:
    id = await add_execution(house.database)
    batches = house.log.follow(id, 1)
    assert await anext(batches) == ()
    assert await anext(batches) == ()


async def test_a_log_whose_events_are_pruned_ends(house: House) -> None:
    id = await add_execution(house.database, status="completed")
    assert seqs(await collect(house.log.follow(id, 1))) == []
    assert await collect(house.log.follow(new_id(), 0)) == []


async def test_a_replaced_attempt_stores_nothing_and_is_told(house: House) -> None:
    first = await claimed(house.database)
    zombie = house.log.open(first)
    zombie.record(start(1))
    await zombie.flush()
    dispatch = PostgresDispatch(house.database.pool, user_cap=10)
    await dispatch.requeue(first.run.id, 1, crashed=True)
    second = await dispatch.claim(first.run.id, await add_worker(house.database))
    assert second is not None
    zombie.record(start(2))
    with pytest.raises(RunLost):
        await zombie.flush()
    with pytest.raises(RunLost):
        await zombie.finish(DONE, complete())
    await write(house.log.open(second), 1)
    frames = await collect(house.log.follow(first.run.id, 0))
    assert [json.loads(frame.payload)["attempt"] if frame.seq > 1 else 0 for frame in frames] == [0, 1, 2, 2]


async def test_one_lost_attempt_does_not_hold_up_the_others(house: House) -> None:
    lost, kept = await claimed(house.database), await claimed(house.database)
    await PostgresDispatch(house.database.pool, user_cap=10).requeue(lost.run.id, 1, crashed=False)
    recorders = [house.log.open(lost), house.log.open(kept)]
    for recorder in recorders:
        recorder.record(start())
    outcomes = await asyncio.gather(*(recorder.flush() for recorder in recorders), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [RunLost, type(None)]


async def test_many_executions_share_a_commit(house: House) -> None:
    claims = [await claimed(house.database) for _ in range(20)]
    recorders = [house.log.open(claim) for claim in claims]
    for recorder in recorders:
        for number in range(10):
            recorder.record(start(number))
    await asyncio.gather(*(recorder.flush() for recorder in recorders))
    assert sum(report.events for report in house.reports) == 200
    assert max(report.executions for report in house.reports) > 1


async def test_what_postgres_refuses_ends_that_run_alone(house: House) -> None:
    bad, good = await claimed(house.database), await claimed(house.database)
    await house.database.pool.execute("INSERT INTO run_events VALUES ($1, 2, 1, 'x', now(), '{}')", bad.run.id)
    recorders = [house.log.open(bad), house.log.open(good)]
    for recorder in recorders:
        recorder.record(start())
    outcomes = await asyncio.gather(*(recorder.flush() for recorder in recorders), return_exceptions=True)
    assert isinstance(outcomes[0], Exception)
    assert outcomes[1] is None


async def test_a_waiting_execution_keeps_its_log_open(house: House) -> None:
    claim = await claimed(house.database)
    recorder = house.log.open(claim)
    await recorder.finish(Outcome(status=RunStatus.WAITING), start())
    assert await status_of(house.database, claim.run.id) is RunStatus.WAITING
    batches = house.log.follow(claim.run.id, 0)
    assert seqs(await anext(batches)) == [1, 2]
    assert await anext(batches) == ()


async def test_a_follower_that_leaves_frees_its_channel(house: House) -> None:
    claim = await claimed(house.database)
    follower = asyncio.create_task(collect(house.log.follow(claim.run.id, 0)))
    await until(lambda: house.hub.followers == 1)
    follower.cancel()
    await asyncio.gather(follower, return_exceptions=True)
    await until(lambda: house.hub.followers == 0)
