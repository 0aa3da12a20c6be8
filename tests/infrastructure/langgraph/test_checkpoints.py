"""The state of runs that may wait is kept, fenced by the attempt; plain runs keep none."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

from dynagent.core.executions import RunPlan
from dynagent.core.runs import Claim, Outcome, RunLost, RunStatus
from dynagent.core.shared.calls import ToolCall
from dynagent.infrastructure.langgraph.checkpoints import Checkpoints
from dynagent.infrastructure.langgraph.fenced_saver import FencedSaver
from dynagent.infrastructure.langgraph.runner import LangGraphRunner, RunnerSettings
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.runs.dispatch import PostgresDispatch
from tests.fakes.language_models import FakeChatModels, FlatPrices, ScriptedChatModel
from tests.fakes.tools import FakeCatalogue, FakeTool
from tests.fakes.trace import ListedTrace
from tests.infrastructure.postgres.rows import add_worker, claimed

CALL = ToolCall(id="c1", name="pay", arguments={"amount": 5})


@pytest.fixture
async def checkpoints(database: Database) -> AsyncIterator[Checkpoints]:
    checkpoints = Checkpoints(database.dsn)
    yield checkpoints
    await checkpoints.aclose()


async def run(checkpoints: Checkpoints, claim: Claim, *, approval: bool, kept: Any = "waiting") -> Outcome:
    runner = LangGraphRunner(
        tools=FakeCatalogue(FakeTool("pay")),
        models=FakeChatModels(ScriptedChatModel([CALL, "Paid."])),
        prices=FlatPrices(),
        checkpoints=checkpoints,
        settings=RunnerSettings(checkpoints=kept),
    )
    plan = RunPlan(
        system_prompt="", model=None, temperature=0, tools=["pay"], requires_approval=["pay"] if approval else []
    )
    return await runner.run(claim, plan, ListedTrace())


async def rows(database: Database, claim: Claim) -> int:
    return await database.pool.fetchval("SELECT count(*) FROM checkpoints WHERE thread_id = $1", claim.run.id)


async def test_a_run_that_waits_keeps_its_state(database: Database, checkpoints: Checkpoints) -> None:
    claim = await claimed(database)
    outcome = await run(checkpoints, claim, approval=True)
    assert outcome.status is RunStatus.WAITING
    saved = await (await checkpoints.saver(claim)).aget_tuple({"configurable": {"thread_id": claim.run.id}})
    assert saved is not None
    progress = saved.checkpoint["channel_values"]["progress"]
    assert [message["role"] for message in progress["messages"]] == ["user", "assistant"]
    assert progress["pending"][0]["name"] == "pay"


@pytest.mark.parametrize(("approval", "kept", "count"), [(False, "waiting", 0), (True, "off", 0), (False, "all", 1)])
async def test_whose_state_is_kept_is_a_setting(
    database: Database, checkpoints: Checkpoints, approval: bool, kept: str, count: int
) -> None:
    claim = await claimed(database)
    await run(checkpoints, claim, approval=approval, kept=kept)
    assert (await rows(database, claim) > 0) == bool(count)


async def test_a_replaced_attempt_moves_no_head(database: Database, checkpoints: Checkpoints) -> None:
    claim = await claimed(database)
    await PostgresDispatch(database.pool, user_cap=10).requeue(claim.run.id, 1, crashed=True)
    with pytest.raises(RunLost):
        await run(checkpoints, claim, approval=False, kept="all")
    await run(checkpoints, claim, approval=True)
    assert await rows(database, claim) == 0


async def test_a_new_attempt_begins_with_an_empty_state(database: Database, checkpoints: Checkpoints) -> None:
    first = await claimed(database)
    await run(checkpoints, first, approval=True)
    dispatch = PostgresDispatch(database.pool, user_cap=10)
    await dispatch.requeue(first.run.id, 1, crashed=False)
    second = await dispatch.claim(first.run.id, await add_worker(database))
    assert second is not None
    outcome = await run(checkpoints, second, approval=False, kept="all")
    assert outcome.result == "Paid."
    saved = await (await checkpoints.saver(first)).aget_tuple({"configurable": {"thread_id": first.run.id}})
    assert saved is not None
    roles = [message["role"] for message in saved.checkpoint["channel_values"]["progress"]["messages"]]
    assert roles == ["user", "assistant", "tool", "assistant"], "nothing of the first attempt stands twice"


async def test_stored_states_are_shown_newest_first(database: Database, checkpoints: Checkpoints) -> None:
    claim = await claimed(database)
    assert await checkpoints.list(claim.run.id, 10) == []
    await run(checkpoints, claim, approval=True)
    newest, *_ = found = await checkpoints.list(claim.run.id, 10)
    assert [item.iteration for item in found] == sorted((item.iteration for item in found), reverse=True)
    assert newest.thread_id == claim.run.id
    assert newest.timestamp.tzinfo is not None
    assert newest.state_data["progress"]["pending"][0]["name"] == "pay"
    assert await checkpoints.list(claim.run.id, 1) == [newest]


def test_every_method_of_the_library_that_writes_in_a_run_is_fenced() -> None:
    """A release with a new way to write must not come in beside the fence; pruning is no work of a run."""
    reads, no_work_of_a_run = {"alist", "aget_tuple", "aget_delta_channel_history"}, {"aprune"}
    asynchronous = {name for name in vars(AsyncPostgresSaver) if name.startswith("a")}

    assert asynchronous - reads - no_work_of_a_run == {name for name in vars(FencedSaver) if name.startswith("a")}
