"""Clocks of machines are wrong: leases, limits, claims and due times go by the database's."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.faults.client import Client
from tests.faults.processes import Cluster, Process

SHIFT = """
import os, time_machine
time_machine.travel(__import__("datetime").datetime.now(__import__("datetime").UTC)
    + __import__("datetime").timedelta(seconds=float(os.environ["CLOCK_SHIFT_S"])), tick=True).start()
"""


@pytest.fixture
def shifted(tmp_path: Path) -> str:
    """A PYTHONPATH under which a process lives `CLOCK_SHIFT_S` seconds ahead."""
    clocks = tmp_path / "clocks"
    clocks.mkdir()
    (clocks / "sitecustomize.py").write_text(SHIFT)
    return f"{clocks}:{_python_path()}"


@pytest.mark.slow_fault
async def test_workers_an_hour_ahead_and_behind_work_as_one(cluster: Cluster, shifted: str) -> None:
    # A lease that a busy machine can keep: clocks are looked at here, not haste.
    cluster.settings["WORKER_LEASE_S"] = "15"
    server = cluster.server("--no-worker")
    workers = [cluster.worker(PYTHONPATH=shifted, CLOCK_SHIFT_S=shift_s) for shift_s in ("3700", "-3700")]
    async with Client([server.url]) as client:
        agent = await client.agent("calculator")
        queries = [f"[[tools=1]] [[tokens=30]] [[token_delay=0.1]] run {number}" for number in range(20)]
        runs = [await client.ended(run) for run in await client.start_many(agent, queries)]
        assert {(run["status"], run["attempt"]) for run in runs} == {("completed", 1)}
        hours = {event["timestamp"] // 3600 for run in runs for event in await client.events(run["id"])}
        assert len(hours) > 1, "the workers' clocks did differ"
    _no_lease_expired(workers)


@pytest.mark.parametrize("shift_s", [90_000, -90_000], ids=["a-day-ahead", "a-day-behind"])
@pytest.mark.slow_fault
async def test_what_a_server_with_a_wrong_clock_accepts_runs_and_fires_in_time(
    cluster: Cluster, shifted: str, shift_s: int
) -> None:
    """Limits of an hour that a wrong clock made would be over at once; due times would be a day off."""
    cluster.settings["WORKER_LEASE_S"] = "15"
    server = cluster.server("--no-worker", PYTHONPATH=shifted, CLOCK_SHIFT_S=str(shift_s))
    worker = cluster.worker()
    async with Client([server.url]) as client:
        agent = await client.agent("calculator")
        runs = [await client.ended(run) for run in await client.start_many(agent, ["[[tools=1]] a", "[[tokens=3]] b"])]
        assert {(run["status"], run["attempt"]) for run in runs} == {("completed", 1)}
        again = await client.ask("POST", f"/api/v1/executions/{runs[0]['id']}/replay")
        assert (await client.ended(again["id"]))["status"] == "completed"
        body = {"agent_id": agent, "name": "hourly", "cron": "0 * * * *", "query": "[[tokens=3]] due"}
        schedule = await client.ask("POST", "/api/v1/schedules", body)
        due = datetime.fromisoformat(schedule["next_fire"]) - datetime.now(UTC)
        assert timedelta(minutes=-1) < due <= timedelta(minutes=61), "the next full hour, by the database's clock"
    _no_lease_expired([server, worker])


def _no_lease_expired(processes: list[Process]) -> None:
    assert not any("worker_expired" in process.said() or "workers_expired" in process.said() for process in processes)


def _python_path() -> str:
    import dynagent

    return str(Path(dynagent.__file__).parents[1])
