"""Executions in PostgreSQL: row and opening event together, cancelling, pages, owners."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest
from pydantic import TypeAdapter

from dynagent.core.executions import CancelRequest, Execution, ExecutionFilter, ExecutionNotFound
from dynagent.core.runs import (
    MAX_LISTED_RESULT,
    Cancelled,
    Connection,
    Message,
    NodeStart,
    Origin,
    RunError,
    RunStatus,
    TraceEvent,
    Usage,
)
from dynagent.core.shared.errors import Conflict, StaleVersion
from dynagent.core.shared.ids import new_id
from dynagent.core.shared.paging import PageRequest
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.trace.recorder import encode
from tests.conftest import ScopeFor
from tests.infrastructure.postgres.rows import claimed

NOW = datetime(2026, 5, 4, 3, 2, 1, 123456, tzinfo=UTC)
EVENTS = TypeAdapter[Any](TraceEvent)


def an_execution(user_id: str, **fields: Any) -> Execution:
    return Execution.start(
        timeout_s=600,
        now=NOW,
        **{
            "id": new_id(),
            "user_id": user_id,
            "agent_id": new_id(),
            "agent_version": 3,
            "agent_name": "Ada",
            "query": "What is 23*19? 🐘",
            **fields,
        },
    )


async def stored(scope_for: ScopeFor, *executions: Execution) -> None:
    for execution in executions:
        async with scope_for(execution.user_id) as scope:
            await scope.executions.create(execution)
            await scope.uow.commit()


async def log_of(database: Database, execution: Execution) -> list[str]:
    rows = await database.pool.fetch(
        "SELECT payload::text AS payload FROM run_events WHERE execution_id = $1 ORDER BY seq", execution.id
    )
    return [row["payload"] for row in rows]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"model": "demo", "context": {"a": [1, 2.5, None, {"ü": "\\u0001"}]}, "chat_id": "c", "priority": -3},
        {"lane": "batch", "idempotency_key": "k", "deadline": None},
        {
            "status": RunStatus.FAILED,
            "attempt": 2,
            "crashes": 1,
            "cancel_requested": True,
            "result": "partly",
            "error": RunError(code="x", message="y"),
            "usage": Usage(input_tokens=1, output_tokens=2, total_tokens=3, model_calls=1, estimated=True),
            "cost_usd": Decimal("0.000000123456789012345"),
            "model": "asked",
            "answered_model": "answered-2026-01-01",
            "started_at": NOW,
            "completed_at": NOW + timedelta(seconds=1),
        },
    ],
)
async def test_what_is_written_is_read(scope_for: ScopeFor, fields: dict[str, Any]) -> None:
    execution = an_execution(new_id()).model_copy(update=fields)
    await stored(scope_for, execution)
    async with scope_for(execution.user_id) as scope:
        assert await scope.executions.get_by_id(execution.id) == execution
        assert await scope.executions.list_all() == [execution]


async def test_the_opening_event_is_stored_with_the_row_byte_for_byte(scope_for: ScopeFor, database: Database) -> None:
    execution = an_execution(new_id())
    await stored(scope_for, execution)
    assert await log_of(database, execution) == [encode(execution.opening_event(), seq=1, attempt=0).decode()]
    assert isinstance(EVENTS.validate_json((await log_of(database, execution))[0]), Connection)


async def test_nothing_is_stored_without_a_commit(scope_for: ScopeFor, database: Database) -> None:
    execution = an_execution(new_id())
    async with scope_for(execution.user_id) as scope:
        await scope.executions.create(execution)
    async with scope_for(execution.user_id) as scope:
        assert await scope.executions.get_by_id(execution.id) is None
    assert await log_of(database, execution) == []


async def test_an_idempotency_key_is_used_once_per_user_and_the_scope_stays_usable(
    scope_for: ScopeFor, database: Database
) -> None:
    first = an_execution(new_id(), idempotency_key="k")
    again = an_execution(first.user_id, idempotency_key="k")
    await stored(scope_for, first, an_execution(new_id(), idempotency_key="k"))
    async with scope_for(first.user_id) as scope:
        with pytest.raises(Conflict):
            await scope.executions.create(again)
        assert await scope.executions.by_idempotency_key("k") == first
        assert await scope.executions.by_idempotency_key("other") is None
        await scope.uow.commit()
    assert await log_of(database, again) == []


@pytest.mark.parametrize("status", [RunStatus.PENDING, RunStatus.WAITING])
async def test_what_nobody_runs_is_cancelled_at_once_with_its_last_event(
    scope_for: ScopeFor, database: Database, status: RunStatus
) -> None:
    execution = an_execution(new_id()).model_copy(update={"status": status, "attempt": 1})
    await stored(scope_for, execution)
    async with scope_for(execution.user_id) as scope:
        request = await scope.executions.request_cancel(execution.id)
        await scope.uow.commit()
    assert request is not None and request.running == ()
    cancelled = request.execution
    assert cancelled.completed_at is not None
    assert (cancelled.status, cancelled.cancel_requested) == (RunStatus.CANCELLED, True)
    last = EVENTS.validate_json((await log_of(database, execution))[-1])
    assert isinstance(last, Cancelled)
    assert (last.seq, last.attempt) == (2, 1)
    async with scope_for(execution.user_id) as scope:
        assert await scope.executions.request_cancel(execution.id) == request
        assert await scope.executions.get_by_id(execution.id) == cancelled
    assert len(await log_of(database, execution)) == 2


async def test_a_running_one_is_only_marked(scope_for: ScopeFor, database: Database) -> None:
    execution = an_execution(new_id()).model_copy(update={"status": RunStatus.RUNNING, "attempt": 1})
    await stored(scope_for, execution)
    async with scope_for(execution.user_id) as scope:
        marked = await scope.executions.request_cancel(execution.id)
    marked_now = execution.model_copy(update={"cancel_requested": True})
    assert marked == CancelRequest(marked_now, running=(execution.id,))
    assert len(await log_of(database, execution)) == 1


async def test_a_live_one_can_be_updated_and_an_ended_one_not(scope_for: ScopeFor) -> None:
    execution = an_execution(new_id())
    await stored(scope_for, execution)
    waiting = execution.model_copy(update={"status": RunStatus.WAITING, "priority": 5, "started_at": NOW})
    ended = waiting.model_copy(update={"status": RunStatus.COMPLETED, "result": "437", "completed_at": NOW})
    async with scope_for(execution.user_id) as scope:
        await scope.executions.update(waiting)
        assert await scope.executions.get_by_id(execution.id) == waiting
        with pytest.raises(StaleVersion):
            await scope.executions.update(waiting.model_copy(update={"attempt": 4}))
        await scope.executions.update(ended)
        assert await scope.executions.get_by_id(execution.id) == ended
        with pytest.raises(StaleVersion):
            await scope.executions.update(waiting)
        with pytest.raises(ExecutionNotFound):
            await scope.executions.update(an_execution(execution.user_id))


async def test_a_deleted_one_takes_its_log_and_checkpoints_along(scope_for: ScopeFor, database: Database) -> None:
    execution = an_execution(new_id())
    await stored(scope_for, execution)
    await database.pool.execute(
        "INSERT INTO checkpoints (thread_id, checkpoint_id, checkpoint) VALUES ($1, 'c', '{}')", execution.id
    )
    async with scope_for(execution.user_id) as scope:
        assert await scope.executions.delete(execution.id)
        assert not await scope.executions.delete(execution.id)
        await scope.uow.commit()
    assert await log_of(database, execution) == []
    assert await database.pool.fetchval("SELECT count(*) FROM checkpoints WHERE thread_id = $1", execution.id) == 0


async def test_another_owner_sees_and_changes_nothing(scope_for: ScopeFor, database: Database) -> None:
    execution = an_execution(new_id(), idempotency_key="k", chat_id="c")
    await stored(scope_for, execution)
    async with scope_for(new_id()) as outsider:
        executions = outsider.executions
        assert await executions.get_by_id(execution.id) is None
        assert await executions.list_all() == []
        wanted = ExecutionFilter(agent_id=execution.agent_id)
        assert (await executions.find(wanted, PageRequest())).total == 0
        assert await executions.by_idempotency_key("k") is None
        assert await executions.request_cancel(execution.id) is None
        assert await executions.history("c", 10) == []
        assert not await executions.delete(execution.id)
        with pytest.raises(ExecutionNotFound):
            await executions.update(execution.model_copy(update={"priority": 9}))
        await outsider.uow.commit()
    async with scope_for(execution.user_id) as scope:
        assert await scope.executions.get_by_id(execution.id) == execution
    assert len(await log_of(database, execution)) == 1


async def test_what_is_no_id_is_not_there(scope_for: ScopeFor) -> None:
    async with scope_for(new_id()) as scope:
        for text in ("", "abc", "\x00", "\ud800"):
            assert await scope.executions.get_by_id(text) is None
            assert await scope.executions.request_cancel(text) is None
            assert not await scope.executions.delete(text)
            assert (await scope.executions.find(ExecutionFilter(agent_id=text), PageRequest())).total == 0


async def test_a_list_is_filtered_and_paged(scope_for: ScopeFor) -> None:
    user, agent = new_id(), new_id()
    executions = [
        an_execution(user, agent_id=agent, chat_id=f"c{n % 2}").model_copy(
            update={
                "status": RunStatus.COMPLETED if n % 2 else RunStatus.PENDING,
                "created_at": NOW + timedelta(days=n),
            }
        )
        for n in range(5)
    ]
    await stored(scope_for, *executions, an_execution(user))

    async with scope_for(user) as scope:

        async def found(**wanted: Any) -> list[int]:
            page = await scope.executions.find(ExecutionFilter(agent_id=agent, **wanted), PageRequest())
            assert page.total == len(page.items)
            return [executions.index(item) for item in page.items]

        assert await found() == [4, 3, 2, 1, 0]
        assert await found(status=RunStatus.COMPLETED) == [3, 1]
        assert await found(chat_id="c0") == [4, 2, 0]
        assert await found(created_from=NOW + timedelta(days=1), created_to=NOW + timedelta(days=3)) == [2, 1]
        first = await scope.executions.find(ExecutionFilter(), PageRequest(limit=4))
        rest = await scope.executions.find(ExecutionFilter(), PageRequest(limit=4, cursor=first.next_cursor))
        assert [len(first.items), len(rest.items), rest.total, rest.next_cursor] == [4, 2, 6, None]
        assert [item.id for item in await scope.executions.history("c1", 1)] == [executions[3].id]
        assert [item.id for item in await scope.executions.history("c1", 9)] == [executions[1].id, executions[3].id]


async def test_the_log_keeps_the_text_of_an_event_exactly(scope_for: ScopeFor, database: Database) -> None:
    execution = an_execution(new_id(), query='{"b": 1,  "a": "\\u00fc"} \x00'.replace("\x00", "\u2028"))
    await stored(scope_for, execution)
    assert orjson.loads((await log_of(database, execution))[0])["query"] == execution.query


async def test_an_execution_made_from_another_begins_with_its_steps(scope_for: ScopeFor, database: Database) -> None:
    origin = Origin(execution_id=new_id(), kind="fork", seq=9)
    execution = an_execution(new_id(), origin=origin)
    steps = [
        NodeStart(seq=40, attempt=2, timestamp=1.25, node="analyze", span_id="analyze.1"),
        Message(seq=41, attempt=2, timestamp=2.5, message_id="m", content="Ü\u2028🐘", model="m", call_key="k"),
    ]
    async with scope_for(execution.user_id) as scope:
        assert await scope.executions.create_from(execution, steps) == execution
        await scope.uow.commit()
    expected = [encode(event, seq=seq, attempt=0).decode() for seq, event in enumerate(steps, start=2)]
    assert (await log_of(database, execution))[1:] == expected
    claim = await claimed(database, execution.id)
    assert (claim.last_seq, claim.run.origin) == (3, origin)
    reply = claim.journal.reply("k")
    assert reply is not None
    assert (reply.content, reply.taken_over) == ("Ü\u2028🐘", True)
    async with scope_for(new_id()) as outsider:
        assert await outsider.executions.get_by_id(execution.id) is None


async def test_lists_show_the_beginning_of_long_results_only(scope_for: ScopeFor, database: Database) -> None:
    owner, chat = new_id(), new_id()
    long = "ü" * (MAX_LISTED_RESULT + 500)
    execution = an_execution(owner, chat_id=chat, status=RunStatus.COMPLETED, result=long)
    async with scope_for(owner) as scope:
        await scope.executions.create(execution)
        await scope.uow.commit()
        (listed,) = (await scope.executions.find(ExecutionFilter(), PageRequest())).items
        assert listed.result == long[: MAX_LISTED_RESULT + 1]
        (turn,) = await scope.executions.history(chat, 5)
        assert turn.result == long
        whole = await scope.executions.get_by_id(execution.id)
        assert whole is not None and whole.result == long


async def test_made_from_another_without_steps_it_has_its_opening_only(scope_for: ScopeFor, database: Database) -> None:
    execution = an_execution(new_id(), origin=Origin(execution_id=new_id(), kind="replay"))
    async with scope_for(execution.user_id) as scope:
        await scope.executions.create_from(execution, [])
        await scope.uow.commit()
    assert len(await log_of(database, execution)) == 1
