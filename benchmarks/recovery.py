"""Time from the end of a worker to the first event of the next attempt, with the settings of production.

Three ends: kill -9 of a process on this machine (noticed by its process id), a worker that is not heard from any more
(its lease runs out, as for another machine's), and SIGTERM (handed over).

`python -m benchmarks.recovery [--runs 20]`
"""

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path

from tests.faults.client import Client
from tests.faults.processes import Cluster, Process
from tests.servers import TestPostgres

from benchmarks.measurements import machine, percentile
from benchmarks.scripted_model import ScriptedModel

PRODUCTION = {"WORKER_BEAT_S": "5", "WORKER_SWEEP_S": "2", "WORKER_LEASE_S": "15", "WORKER_DRAIN_S": "1"}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    postgres = TestPostgres()
    postgres.start()
    try:
        readings = asyncio.run(measure_all(postgres, runs))
    finally:
        postgres.stop()
    print(machine())
    print(json.dumps(readings, indent=2))


async def measure_all(postgres: TestPostgres, runs: int) -> dict[str, dict[str, float]]:
    """Measure the three ends, one after the other."""
    ends = {"kill -9, same machine": Process.kill, "silence": Process.freeze, "SIGTERM": Process.stop}
    readings: dict[str, dict[str, float]] = {}
    with ScriptedModel() as model:
        for name, end in ends.items():
            database, url = await postgres.clone()
            with tempfile.TemporaryDirectory(prefix="dynagent-bench-", ignore_cleanup_errors=True) as place:
                settings = PRODUCTION | {"DATABASE_URL": url, "OPENAI_BASE_URL": model.url}
                with Cluster(Path(place), **settings) as cluster:
                    readings[name] = await _measure(cluster, end, runs)
                    print(name, readings[name], flush=True)
            await postgres.drop(database)
    return readings


async def _measure(cluster: Cluster, end: object, count: int) -> dict[str, float]:
    assert callable(end)
    server, victim = cluster.server("--no-worker"), cluster.worker()
    async with Client([server.url]) as client:
        agent = await client.agent("calculator")
        runs = await client.start_many(agent, [f"[[latency=120]] run {number}" for number in range(count)])
        for run in runs:
            await client.until(run, lambda found: found["status"] == "running")
        cluster.worker()
        # The heir counts as healthy after one full lease; only then may it expire the leases of others.
        await asyncio.sleep(float(PRODUCTION["WORKER_LEASE_S"]) + 1)
        began = time.time()
        ended = asyncio.create_task(asyncio.to_thread(end, victim))
        waits: list[float] = []
        for run in runs:
            await client.until(run, lambda found: found["attempt"] == 2)
            waits.append(await _first_of_second(client, run) - began)
        await ended
    return {"first s": round(min(waits), 2), "p50 s": round(percentile(waits, 50), 2), "last s": round(max(waits), 2)}


async def _first_of_second(client: Client, run: str) -> float:
    """Return the time stamp of the second attempt's first event, once it is stored."""
    while True:
        for event in await client.events(run):
            if event["attempt"] == 2:
                return event["timestamp"]
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    main()
