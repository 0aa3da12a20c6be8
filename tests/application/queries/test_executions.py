"""Questions about executions."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from dynagent.application.queries.executions import (
    FollowTrace,
    FollowTraceHandler,
    GetExecution,
    GetExecutionHandler,
    ReadTrace,
    ReadTraceHandler,
    WaitForExecution,
    WaitForExecutionHandler,
)
from dynagent.application.queries.executions.lines import lines_of
from dynagent.application.shared.access import EVERY_ROLE, Access, Grant
from dynagent.application.shared.asking import Ask
from dynagent.application.shared.bus import Bus
from dynagent.application.shared.caller import LOCAL_ADMIN, Caller
from dynagent.application.shared.resolver import Resolver
from dynagent.core.executions import Execution, ExecutionNotFound, Executions
from dynagent.core.runs import Complete, Frame, Message, NodeStart, RunStatus, ToolEnd, ToolStart, TraceLog
from tests.fakes.executions import FakeExecutions

ID = "01900000-0000-7000-8000-000000000001"
AGENT = "01900000-0000-7000-8000-000000000002"
END = Complete(timestamp=2.0, result="r", model="m", input_tokens=1, output_tokens=1, duration_ms=1.0)


async def stored(status: RunStatus, events: int) -> FakeExecutions:
    """Return a store with one execution whose log has so many events, the last one terminal when it is over."""
    executions = FakeExecutions()
    await executions.create(
        Execution.start(
            timeout_s=9,
            now=datetime.now(UTC),
            id=ID,
            user_id="u",
            agent_id=AGENT,
            agent_version=1,
            agent_name="A",
            query="q",
            status=status,
        )
    )
    steps = events - 1 - status.over
    executions.trace.store(ID, *(NodeStart(timestamp=1.0, node="n") for _ in range(steps)))
    if status.over:
        executions.trace.store(ID, END)
    return executions


async def seqs(batches: AsyncIterator[Sequence[Frame]]) -> list[int]:
    return [frame.seq async for frames in batches for frame in frames]


@pytest.mark.parametrize(("after", "expected"), [(0, 40), (-5, 40), (1, 39), (39, 1), (40, 0), (41, 0), (2**40, 0)])
async def test_a_finished_log_is_followed_to_its_end(after: int, expected: int) -> None:
    executions = await stored(RunStatus.COMPLETED, 40)
    follow = FollowTraceHandler(executions, executions.trace)

    found = await seqs(await follow(FollowTrace(ID, after), LOCAL_ADMIN))

    assert found == list(range(41 - expected, 41))


@pytest.mark.parametrize("after", [5, 6, 7, 8, 100, 2**40])
async def test_beyond_a_live_log_only_what_follows_comes(after: int) -> None:
    executions = await stored(RunStatus.RUNNING, 5)
    follow = FollowTraceHandler(executions, executions.trace)
    following = asyncio.create_task(seqs(await follow(FollowTrace(ID, after), LOCAL_ADMIN)))
    while not executions.trace.followers:
        await asyncio.sleep(0)

    await executions.trace.append(ID, END)

    assert await following == [6]


async def test_only_the_owners_trace_of_that_agent_is_followed() -> None:
    executions = await stored(RunStatus.COMPLETED, 3)
    follow = FollowTraceHandler(executions, executions.trace)

    assert await seqs(await follow(FollowTrace(ID, 0, AGENT), LOCAL_ADMIN)) == [1, 2, 3]
    for message in (FollowTrace("none"), FollowTrace(AGENT), FollowTrace(ID, 0, "another")):
        with pytest.raises(ExecutionNotFound):
            await follow(message, LOCAL_ADMIN)


async def test_what_was_just_started_is_not_looked_up_and_another_owners_is() -> None:
    executions = await stored(RunStatus.COMPLETED, 3)
    follow = FollowTraceHandler(executions, executions.trace)
    own = {"status": RunStatus.PENDING, "user_id": LOCAL_ADMIN.user_id}
    started = executions.stored[ID].model_copy(update=own)
    executions.stored.clear()

    assert await seqs(await follow(FollowTrace(ID, just_started=started), LOCAL_ADMIN)) == [1, 2, 3]
    with pytest.raises(ExecutionNotFound):
        foreign = started.model_copy(update={"user_id": AGENT})
        await follow(FollowTrace(ID, just_started=foreign), LOCAL_ADMIN)
    with pytest.raises(ExecutionNotFound):
        ended = started.model_copy(update={"status": RunStatus.COMPLETED})
        await follow(FollowTrace(ID, just_started=ended), LOCAL_ADMIN)


async def test_a_page_says_whether_the_log_is_over() -> None:
    over = await stored(RunStatus.COMPLETED, 5)
    live = await stored(RunStatus.RUNNING, 5)

    async def page(executions: FakeExecutions, after: int, limit: int) -> tuple[list[int], bool]:
        found = await ReadTraceHandler(executions, executions.trace)(ReadTrace(ID, after, limit), LOCAL_ADMIN)
        return [frame.seq for frame in found.frames], found.over

    assert await page(over, 0, 2) == ([1, 2], False)
    assert await page(over, 3, 2) == ([4, 5], True)
    assert await page(over, 2**40, 2) == ([], True)
    assert await page(live, 3, 9) == ([4, 5], False)
    assert await page(live, 9, 9) == ([], False)


async def test_all_lines_of_a_long_log_are_read() -> None:
    executions = await stored(RunStatus.COMPLETED, 2500)
    handler = GetExecutionHandler(executions, executions.trace)

    view = await handler(GetExecution(ID), LOCAL_ADMIN)

    assert view.execution.id == ID
    assert view.trace == []
    with pytest.raises(ExecutionNotFound):
        await handler(GetExecution("none"), LOCAL_ADMIN)


@pytest.mark.parametrize("size", [10, 500_000])
def test_lines_of_tools_events_however_large_their_arguments_are(size: int) -> None:
    arguments = {"text": "x" * size, "line": 'not "line": this'}
    fields: dict[str, Any] = {"timestamp": 1.0, "tool": "t", "call_id": "c", "call_key": "k"}
    events = [
        ToolStart(**fields, arguments=arguments, line="▶ t(…)"),
        ToolEnd(**fields, result={"line": "x" * size}, duration_ms=1, line='✔ "line":'),
        Message(timestamp=1.0, message_id="m", content='"line":' * (size // 7), model="m", call_key="k"),
    ]
    frames = [Frame(number, event.model_dump_json().encode(), terminal=False) for number, event in enumerate(events)]
    assert lines_of(frames) == ["▶ t(…)", '✔ "line":']


async def test_waiting_holds_no_scope() -> None:
    executions = await stored(RunStatus.RUNNING, 3)
    scopes = 0

    @asynccontextmanager
    async def scope(caller: Caller, message: object):
        nonlocal scopes
        scopes += 1
        yield executions
        scopes -= 1

    bus = Bus(scope, Access({"executions:read": Grant(EVERY_ROLE)}))
    resolver = Resolver(
        shared={Ask: bus.send},
        scoped={Executions: lambda scope: scope, TraceLog: lambda scope: scope.trace},
    )
    bus.serve(resolver.routes([FollowTraceHandler, GetExecutionHandler, WaitForExecutionHandler]))
    waiting = asyncio.create_task(bus.send(WaitForExecution(ID), LOCAL_ADMIN))
    while not executions.trace.followers:
        await asyncio.sleep(0)
    assert scopes == 0

    await executions.update(executions.stored[ID].model_copy(update={"status": RunStatus.COMPLETED}))
    await executions.trace.append(ID, END)

    assert (await waiting).execution.status is RunStatus.COMPLETED
