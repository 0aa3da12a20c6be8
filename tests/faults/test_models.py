"""The model's endpoint refuses, breaks, cuts its stream, or falls silent: each try is seen in the trace."""

import pytest

from tests.faults.client import Client
from tests.faults.processes import Cluster


async def test_mishaps_of_the_model_are_retried_and_told(cluster: Cluster) -> None:
    """One server for all of them: they do not disturb each other."""
    server = cluster.server()
    async with Client([server.url]) as client:
        agent = await client.agent("calculator", call_timeout_s=2)
        mishaps = {"[[fail=429:1:0]]": "rate", "[[fail=500:1]]": "", "[[cut=1]] [[tokens=30]]": "", "[[silence=1]]": ""}
        runs = await client.start_many(agent, [f"{mishap} hello" for mishap in mishaps])
        for run, words in zip(runs, mishaps.values(), strict=True):
            found = await client.ended(run)
            assert found["status"] == "completed", found["error"]
            retries = [event for event in await client.events(run) if event["type"] == "retry"]
            assert [event["what"] for event in retries] == ["model"], found["query"]
            assert words in retries[0]["error_code"]
            assert retries[0]["reason"]


@pytest.mark.slow_fault
async def test_a_model_that_stays_away_ends_the_run_readably_or_hands_over(cluster: Cluster) -> None:
    server = cluster.server()
    async with Client([server.url]) as client:
        stand_in = await client.agent("calculator", model="demo")
        alone = await client.agent("calculator")
        backed = await client.agent("calculator", fallback_agent_id=stand_in)
        lost = await client.ended(await client.start(alone, "[[fail=500:1000]] hello"))
        assert lost["status"] == "failed"
        assert lost["error"]["code"] in ("model_unavailable", "model_circuit_open")
        saved_id = await client.start(backed, "[[fail=500:1000]] Compute 6*7")
        saved = await client.ended(saved_id)
        assert saved["status"] == "completed"
        assert "42" in saved["result"]
        retries = [event["what"] for event in await client.events(saved_id) if event["type"] == "retry"]
        assert retries[-1] == "fallback"
