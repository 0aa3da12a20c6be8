"""What model calls were sent is stored with the events, once per run, read by its owner only, and goes with the run."""

import json
from typing import Any

from dynagent.core.runs import Claim, Message, ModelCallContent, Origin, SentCall
from dynagent.core.shared.ids import new_id
from dynagent.core.shared.paging import PageRequest
from dynagent.infrastructure.postgres.runs.model_calls import PostgresModelCalls
from dynagent.infrastructure.postgres.runs.trace_log import PostgresTraceLog
from dynagent.infrastructure.trace.model_calls import ModelCallLimits
from tests.conftest import ScopeFor
from tests.infrastructure.postgres.rows import claimed
from tests.infrastructure.postgres.runs.test_executions import an_execution
from tests.infrastructure.postgres.runs.test_trace_log import DONE, House, complete, house, start
from tests.infrastructure.postgres.runs.test_trace_writer import Forgetful

__all__ = ["house"]

ALL = PageRequest()
PARTS = "SELECT content FROM run_model_call_parts WHERE execution_id = $1 ORDER BY content"


def sent(number: int, *contents: str, tries: int = 1, at: float | None = None) -> SentCall:
    return SentCall(
        call_key=f"execute_tools.{number}/model.1",
        tries=tries,
        at=float(number) if at is None else at,
        lane="wire",
        model="gpt",
        messages=[{"role": "user", "content": content} for content in contents],
        tools=[{"type": "function", "function": {"name": "echo"}}],
        parameters={"temperature": 0.5},
        left_out=["stream_options"],
    )


async def parts_of(house: House, claim: Claim) -> list[Any]:
    return [json.loads(row["content"]) for row in await house.database.pool.fetch(PARTS, claim.run.id)]


async def test_a_call_is_stored_with_the_next_event_and_costs_no_statement(house: House, scope_for: ScopeFor) -> None:
    claim = await claimed(house.database)
    recorder = house.log.open(claim)
    recorder.record(start())
    await recorder.flush()
    batches = len(house.reports)
    recorder.record_model_call(sent(1, "a", "b"))
    await recorder.flush()
    assert len(house.reports) == batches
    recorder.record(start())
    await recorder.flush()
    assert len(house.reports) == batches + 1
    recorder.record_model_call(sent(2, "a", "b", "c"))
    await recorder.finish(DONE, complete())
    assert len(house.reports) == batches + 2

    contents = [part["content"] for part in await parts_of(house, claim) if "content" in part]
    assert sorted(contents) == ["a", "b", "c"]
    async with scope_for(claim.run.user_id) as scope:
        calls = PostgresModelCalls(scope.session, claim.run.user_id)
        listed = await calls.list(claim.run.id, ALL)
        assert (listed.total, [item.number for item in listed.items]) == (2, [1, 2])
        assert [item.messages for item in listed.items] == [2, 3]
        second = await calls.get(claim.run.id, 2)
        assert second is not None
        assert [message["content"] for message in second.messages] == ["a", "b", "c"]
        assert second.tools[0]["function"] == {"name": "echo"}
        assert second.parameters == {"temperature": 0.5}
        summary = second.summary
        assert (summary.lane, summary.model, summary.left_out, summary.tools) == ("wire", "gpt", ("stream_options",), 1)
        assert (summary.attempt, summary.tries, summary.complete) == (1, 1, True)
        assert await calls.get(claim.run.id, 3) is None
        later = await calls.list(claim.run.id, PageRequest(skip=1, limit=1))
        assert (later.total, [item.number for item in later.items]) == (2, [2])
        begun = await calls.list(claim.run.id, PageRequest(limit=1))
        rest = await calls.list(claim.run.id, PageRequest(limit=1, cursor=begun.next_cursor))
        assert ([item.number for item in rest.items], rest.total, rest.next_cursor) == ([2], 2, None)


async def test_a_call_that_is_sent_again_is_kept_as_it_was_sent_last(house: House, scope_for: ScopeFor) -> None:
    claim = await claimed(house.database)
    recorder = house.log.open(claim)
    recorder.record_model_call(sent(1, "a"))
    recorder.record_model_call(sent(1, "a", "shorter", tries=2, at=9.0))
    recorder.record(start())
    recorder.record_model_call(sent(1, "a", tries=3, at=10.0))
    recorder.record(start())
    await recorder.flush()
    recorder.record_model_call(sent(2, "a", at=5.0))
    recorder.record_model_call(sent(1, "shorter", tries=4, at=11.0))
    await recorder.finish(DONE, complete())
    async with scope_for(claim.run.user_id) as scope:
        calls = PostgresModelCalls(scope.session, claim.run.user_id)
        first, second = [await calls.get(claim.run.id, number) for number in (1, 2)]
    assert first is not None and second is not None
    assert (first.summary.tries, [message["content"] for message in first.messages]) == (4, ["shorter"])
    assert [message["content"] for message in second.messages] == ["a"]


async def test_a_batch_whose_answer_was_lost_stores_its_calls_once(house: House) -> None:
    claim = await claimed(house.database)
    pool = Forgetful(house.database.pool)
    house.writer._pool = pool  # pyright: ignore[reportAttributeAccessIssue]
    recorder = house.log.open(claim)
    recorder.record_model_call(sent(1, "a"))
    await recorder.finish(DONE, complete())
    assert pool.lost == 1
    assert len(await parts_of(house, claim)) == 3


async def test_an_attempt_that_was_replaced_stores_nothing(house: House) -> None:
    claim = await claimed(house.database)
    await house.database.pool.execute("UPDATE runs SET attempt = 2 WHERE id = $1", claim.run.id)
    recorder = house.log.open(claim)
    recorder.record_model_call(sent(1, "a"))
    recorder.record(start())
    await house.writer.stop()
    assert await parts_of(house, claim) == []


async def test_nothing_is_kept_where_it_is_switched_off(house: House) -> None:
    claim = await claimed(house.database)
    limits = ModelCallLimits(keep=False)
    log = PostgresTraceLog(
        house.database.pool, house.writer, house.hub, window_s=0.001, heartbeat_s=1, model_calls=limits
    )
    recorder = log.open(claim)
    recorder.record_model_call(sent(1, "a"))
    await recorder.finish(DONE, complete())
    assert await parts_of(house, claim) == []


async def test_others_see_nothing_of_it(house: House, scope_for: ScopeFor) -> None:
    claim = await claimed(house.database)
    recorder = house.log.open(claim)
    recorder.record_model_call(sent(1, "a"))
    await recorder.finish(DONE, complete())
    outsider = new_id()
    async with scope_for(outsider) as scope:
        calls = PostgresModelCalls(scope.session, outsider)
        assert (await calls.list(claim.run.id, ALL)).total == 0
        assert await calls.get(claim.run.id, 1) is None


async def test_who_takes_steps_over_takes_what_was_sent_over(house: House, scope_for: ScopeFor) -> None:
    claim = await claimed(house.database)
    recorder = house.log.open(claim)
    for number in (1, 2):
        recorder.record_model_call(sent(number, "a", str(number)))
    await recorder.finish(DONE, complete())
    origin = Origin(execution_id=claim.run.id, kind="fork", seq=4)

    async def forked(owner: str) -> tuple[int, ModelCallContent | None]:
        execution = an_execution(owner, origin=origin)
        key = "execute_tools.1/model.1"
        kept = Message(seq=4, timestamp=1.0, message_id="m", content="x", model="m", call_key=key)
        async with scope_for(owner) as scope:
            await scope.executions.create_from(execution, [kept])
            await scope.uow.commit()
        async with scope_for(owner) as scope:
            calls = PostgresModelCalls(scope.session, owner)
            return (await calls.list(execution.id, ALL)).total, await calls.get(execution.id, 1)

    total, call = await forked(claim.run.user_id)
    assert total == 1 and call is not None
    assert [message["content"] for message in call.messages] == ["a", "1"]
    assert (call.summary.attempt, call.parameters) == (0, {"temperature": 0.5})
    assert await forked(new_id()) == (0, None)


async def test_it_goes_with_the_run(house: House, scope_for: ScopeFor) -> None:
    claim = await claimed(house.database)
    recorder = house.log.open(claim)
    recorder.record_model_call(sent(1, "a"))
    await recorder.finish(DONE, complete())
    async with scope_for(claim.run.user_id) as scope:
        assert await scope.executions.delete(claim.run.id)
        await scope.uow.commit()
    assert await parts_of(house, claim) == []
    left = "SELECT count(*) FROM run_model_calls WHERE execution_id = $1"
    assert await house.database.pool.fetchval(left, claim.run.id) == 0
