"""The sandbox's zygotes die under tool calls."""

import pytest

from tests.faults.client import Client
from tests.faults.effects import Effects
from tests.faults.processes import PATIENCE_S, Cluster, wait_for, zygotes_of

ECHO = "async def echo(text: str) -> str:\n    return text\n"


@pytest.mark.slow_fault
async def test_a_killed_zygote_is_a_typed_error_and_comes_back(cluster: Cluster, effects: Effects) -> None:
    server = cluster.server()
    async with Client([server.url]) as client:
        await client.tool("once", effects.tool_code("once", "once"), network=[effects.grant], timeout_s=60)
        await client.tool("echo", ECHO)
        agent = await client.agent("once")
        run = await client.start(agent, "[[tools=1]] [[tool=once]] go")
        await effects.all_arrived(["once"], patience_s=PATIENCE_S)
        before = {zygote.pid for zygote in zygotes_of(server)}
        assert before
        for zygote in zygotes_of(server):
            zygote.kill()

        found = await client.ended(run)
        assert found["status"] == "completed", "the model reads the error and answers"
        ends = [event for event in await client.events(run) if event["type"] == "tool_end"]
        assert [event["error"]["code"] for event in ends] == ["sandbox_unavailable"]
        assert effects.counts["once"] == 1

        wait_for(lambda: {zygote.pid for zygote in zygotes_of(server)} - before, "a new zygote")
        call = {"name": "echo", "arguments": {"text": "again"}}
        answer = await client.send("POST", "/api/tools/execute", call)
        for _ in range(50):
            if answer.is_success:
                break
            assert answer.status_code == 503
            assert answer.headers["Retry-After"]
            answer = await client.send("POST", "/api/tools/execute", call)
        assert answer.json()["result"] == "again"
