"""Workers die, freeze and stop; what they ran goes on elsewhere and nothing is done twice unnoticed."""

import asyncio
from typing import Any

import asyncpg
import pytest

from tests.faults.client import Client
from tests.faults.effects import Effects
from tests.faults.processes import PATIENCE_S, Cluster, wait_for

TALK = "[[tokens=40]] [[token_delay=0.1]]"


async def attempts_of(client: Client, runs: list[str]) -> list[list[int]]:
    """Return the attempt of each event of each trace, having checked that each trace is whole."""
    traces = await asyncio.gather(*map(client.events, runs))
    for trace in traces:
        assert [event["seq"] for event in trace] == list(range(1, len(trace) + 1))
    return [[event["attempt"] for event in trace] for trace in traces]


async def crashes_of(url: str, runs: list[str]) -> list[int]:
    """Return how many crashes each execution counts."""
    connection: Any = await asyncpg.connect(url)  # pyright: ignore[reportUnknownMemberType]
    try:
        rows = await connection.fetch("SELECT crashes FROM executions WHERE id = ANY($1::uuid[])", runs)
        return [row["crashes"] for row in rows]
    finally:
        await connection.close()


@pytest.mark.slow_fault
async def test_a_killed_workers_runs_go_on_and_no_effect_is_doubled_unnoticed(
    cluster: Cluster, effects: Effects
) -> None:
    """20 runs inside a repeatable call, 20 inside one that must not be repeated, 10 after such a call."""
    # A lease that a busy machine can keep: whose process is gone is noticed without it.
    cluster.settings["WORKER_LEASE_S"] = "15"
    server, victim = cluster.server("--no-worker"), cluster.worker()
    again, once, quick = (
        [f"{kind}{n}" for n in range(count)] for kind, count in (("again", 20), ("once", 20), ("quick", 10))
    )
    async with Client([server.url]) as client:
        for name in (*again, *once, *quick):
            await client.tool(
                name, effects.tool_code(name, name), network=[effects.grant], timeout_s=60, repeatable=name in again
            )
        agents = [await client.agent(*names) for names in (again, once, quick)]
        repeated = await client.start_many(agents[0], [f"[[tools=1]] [[tool={name}]] {name}" for name in again])
        doubtful = await client.start_many(agents[1], [f"[[tools=1]] [[tool={name}]] {name}" for name in once])
        await effects.all_arrived([*again, *once], patience_s=PATIENCE_S)
        stream = "[[tokens=50]] [[token_delay=0.5]]"
        finished = await client.start_many(
            agents[2], [f"[[tools=1]] [[tool={name}]] {stream} {name}" for name in quick]
        )
        await effects.all_arrived(quick, patience_s=PATIENCE_S)

        cluster.worker()
        victim.kill()
        effects.release.set()

        for run in [*repeated, *finished]:
            assert (await client.ended(run))["status"] == "completed"
        assert all(effects.counts[name] == 2 for name in again), "each was called again, once"
        assert all(effects.counts[name] == 1 for name in quick), "a finished call is taken from the log"
        for run in doubtful:
            await client.until(run, lambda found: found["status"] == "waiting")
        assert all(effects.counts[name] == 1 for name in once), "not called again before a person said so"
        await _clear_doubts(client, doubtful, effects, once)
        assert {max(attempts) for attempts in await attempts_of(client, [*repeated, *finished])} == {2}


async def _clear_doubts(client: Client, runs: list[str], effects: Effects, names: list[str]) -> None:
    """Say of the first that it did not happen, of the others that it did."""
    for number, run in enumerate(runs):
        question = (await client.ask("GET", f"/api/v1/executions/{run}/interrupts"))["interrupts"][0]
        assert question["reason"] == "in_doubt"
        decision = "happened" if number else "did_not_happen"
        answers = {"answers": {question["id"]: {"decision": decision}}}
        await client.ask("POST", f"/api/v1/executions/{run}/resume", answers)
    for run in runs:
        assert (await client.ended(run))["status"] == "completed"
    assert [effects.counts[name] for name in names] == [2] + [1] * (len(names) - 1)


async def test_a_frozen_worker_that_thaws_writes_nothing_more(cluster: Cluster) -> None:
    server, zombie = cluster.server("--no-worker"), cluster.worker()
    async with Client([server.url]) as client:
        agent = await client.agent("calculator")
        runs = await client.start_many(agent, [f"{TALK} run {number}" for number in range(10)])
        for run in runs:
            await client.until(run, lambda found: found["status"] == "running")
        follower = asyncio.create_task(client.follow(runs[0]).read())
        await asyncio.sleep(0.5)
        zombie.freeze()
        cluster.worker()
        for run in runs:
            assert (await client.until(run, lambda found: found["attempt"] == 2))["status"] in ("running", "completed")
        zombie.thaw()
        assert {(await client.ended(run))["status"] for run in runs} == {"completed"}
        wait_for(lambda: "worker_expired" in zombie.said(), "the thawed worker notices")

        for attempts in await attempts_of(client, runs):
            assert attempts == sorted(attempts), "nothing of the first attempt after the second began"
        assert (await follower).seen == await client.events(runs[0])
        assert zombie.alive
        fresh = await client.start_many(agent, [f"[[tokens=3]] fresh {number}" for number in range(4)])
        assert {(await client.ended(run))["status"] for run in fresh} == {"completed"}


async def test_a_stopping_worker_lets_runs_finish_and_hands_the_rest_over(
    cluster: Cluster, fresh_database_url: str
) -> None:
    server = cluster.server("--no-worker")
    # A lease that a busy machine can keep, and runs that outlast any start of a worker.
    cluster.settings["WORKER_LEASE_S"] = "15"
    leaver = cluster.worker(WORKER_DRAIN_S="3")
    async with Client([server.url]) as client:
        agent = await client.agent("calculator")
        long = await client.start_many(agent, [f"[[latency=600]] long {number}" for number in range(5)])
        short = await client.start_many(agent, [f"[[latency=0.5]] short {number}" for number in range(5)])
        for run in [*long, *short]:
            await client.until(run, lambda found: found["status"] != "pending")
        cluster.worker()
        assert leaver.stop() == 0
        assert {(run["status"], run["attempt"]) for run in [await client.get(run) for run in short]} == {
            ("completed", 1)
        }
        for run in long:
            assert (await client.until(run, lambda found: found["attempt"] == 2))["status"] == "running"
            await client.ask("POST", f"/api/v1/executions/{run}/cancel")
        assert {(await client.ended(run))["status"] for run in long} == {"cancelled"}
    assert set(await crashes_of(fresh_database_url, [*long, *short])) == {0}
