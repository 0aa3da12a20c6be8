"""`reuse`: a child kept for one tenant's tool, and never for anybody else's."""

import asyncio

import pytest

from dynagent.core.tools import ToolFailed
from dynagent.infrastructure.sandbox.admission import Admission
from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox
from tests.infrastructure.sandbox.toolbox import context, register, run

COUNT = (
    "calls = []\nasync def count(fail: bool = False) -> int:\n"
    "    calls.append(1)\n    if fail: raise ValueError\n    return len(calls)"
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_kept_child_serves_the_next_call_of_its_tenant(sandbox: ZygoteSandbox) -> None:
    tool = await register(sandbox, COUNT, reuse=True)
    assert [(await run(sandbox, tool)).result for _ in range(3)] == [1, 2, 3]
    assert (await sandbox.run(tool, {}, context("ben"))).result == 1
    assert (await run(sandbox, tool)).result == 4


async def test_other_source_or_other_grants_get_another_child(sandbox: ZygoteSandbox) -> None:
    tool = await register(sandbox, COUNT + "\n", reuse=True)
    assert (await run(sandbox, tool)).result == 1
    changed = await register(sandbox, COUNT + "\n\n", reuse=True)
    assert (await run(sandbox, changed)).result == 1
    granted = await register(sandbox, COUNT + "\n", reuse=True, network=("example.com:443",))
    assert (await run(sandbox, granted)).result == 1


async def test_an_error_retires_the_child(sandbox: ZygoteSandbox) -> None:
    tool = await register(sandbox, COUNT + "\n# errors", reuse=True)
    assert (await run(sandbox, tool)).result == 1
    with pytest.raises(ToolFailed):
        await run(sandbox, tool, fail=True)
    assert (await run(sandbox, tool)).result == 1


@pytest.mark.parametrize(
    "leave", ["asyncio.ensure_future(asyncio.sleep(60))", "threading.Thread(target=time.sleep, args=(60,)).start()"]
)
async def test_what_is_left_running_retires_the_child(sandbox: ZygoteSandbox, leave: str) -> None:
    code = (
        f"import asyncio, threading, time\ncalls = []\nasync def f() -> int:\n"
        f"    calls.append(1)\n    {leave}\n    return len(calls)"
    )
    tool = await register(sandbox, code, reuse=True)
    assert [(await run(sandbox, tool)).result for _ in range(3)] == [1, 1, 1]


async def test_without_reuse_every_call_is_fresh(sandbox: ZygoteSandbox) -> None:
    tool = await register(sandbox, COUNT + "\n# fresh")
    assert [(await run(sandbox, tool)).result for _ in range(3)] == [1, 1, 1]


async def test_concurrent_calls_get_children_of_their_own(sandbox: ZygoteSandbox) -> None:
    code = (
        "import asyncio\nbusy = []\nasync def f() -> int:\n    busy.append(1)\n"
        "    await asyncio.sleep(0.05)\n    return len(busy)"
    )
    tool = await register(sandbox, code, reuse=True)
    assert [outcome.result for outcome in await asyncio.gather(*[run(sandbox, tool) for _ in range(5)])] == [1] * 5


async def test_places_go_round_in_order_past_a_tenant_that_has_its_own() -> None:
    places, order = Admission(per_tenant=1, in_all=2, wait_s=5), list[str]()

    async def work(user_id: str, seconds: float) -> None:
        await places.enter(user_id)
        try:
            order.append(user_id)
            await asyncio.sleep(seconds)
        finally:
            places.leave(user_id)

    await asyncio.gather(work("ana", 0.1), work("ana", 0), work("ben", 0.02), work("cleo", 0))
    assert order == ["ana", "ben", "cleo", "ana"]
    assert places._total == 0
    assert not places._taken


async def test_a_waiter_that_gives_up_takes_no_place() -> None:
    places = Admission(per_tenant=1, in_all=1, wait_s=5)
    await places.enter("ana")
    waiting = asyncio.create_task(places.enter("ben"))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    places.leave("ana")
    await places.enter("cleo")
    assert places._total == 1
