"""Clocks of machines are wrong: leases, limits and claims go by the database's."""

from pathlib import Path

import pytest

from tests.faults.client import Client
from tests.faults.processes import Cluster

SHIFT = """
import os, time_machine
time_machine.travel(__import__("datetime").datetime.now(__import__("datetime").UTC)
    + __import__("datetime").timedelta(seconds=float(os.environ["CLOCK_SHIFT_S"])), tick=True).start()
"""


@pytest.mark.slow_fault
async def test_workers_an_hour_ahead_and_behind_work_as_one(cluster: Cluster, tmp_path: Path) -> None:
    clocks = tmp_path / "clocks"
    clocks.mkdir()
    (clocks / "sitecustomize.py").write_text(SHIFT)
    server = cluster.server("--no-worker")
    workers = []
    for shift_s in ("3700", "-3700"):
        path = f"{clocks}:{_python_path()}"
        workers.append(cluster.worker(PYTHONPATH=path, CLOCK_SHIFT_S=shift_s))
    async with Client([server.url]) as client:
        agent = await client.agent("calculator")
        queries = [f"[[tools=1]] [[tokens=30]] [[token_delay=0.1]] run {number}" for number in range(20)]
        runs = [await client.ended(run) for run in await client.start_many(agent, queries)]
        assert {(run["status"], run["attempt"]) for run in runs} == {("completed", 1)}
        years = {event["timestamp"] // 3600 for run in runs for event in await client.events(run["id"])}
        assert len(years) > 1, "the workers' clocks did differ"
    assert not any("worker_buried" in worker.said() or "workers_buried" in worker.said() for worker in workers)


def _python_path() -> str:
    import dynagent

    return str(Path(dynagent.__file__).parents[1])
