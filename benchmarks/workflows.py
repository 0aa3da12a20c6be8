"""What a step of a workflow costs beside the same agent run alone, and what workflows that wait take in memory."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2

from benchmarks.processes import ServerProcess, dynagent_server

QUERY = "[[tokens=60]] sixty tokens"
TASKS = 4
RUNS = 50
WAITING, CHILDREN = 200, 5
LATENCY_S = 90
"""Longer than it takes to start them all, so that they wait at the same time."""
PATIENCE_S = 300.0

MakeAgent = Callable[[str], str]
"""Makes an agent at a server's URL and returns its id."""


def measure_workflows_of(
    model_url: str, data_dir: Path, make_agent: MakeAgent, *, divisor: int = 1
) -> dict[str, float]:
    """Return CPU in milliseconds of the server with its worker, and memory in MB."""
    settings = {"WORKER_CONCURRENCY": "2000", "MAX_CONCURRENT_RUNS_PER_USER": "2000", "MAX_WAITING_PER_USER": "5000"}
    with dynagent_server(model_url, data_dir, **settings) as process:
        return asyncio.run(_measure(process, make_agent(process.url), max(RUNS // divisor, 5), WAITING // divisor))


async def _measure(process: ServerProcess, agent: str, runs: int, waiting: int) -> dict[str, float]:
    async with httpx2.AsyncClient(base_url=f"{process.url}/api/v1", timeout=120) as http:
        chain = await _workflow(http, agent, QUERY, tasks=TASKS)
        fan = await _workflow(http, agent, f"[[latency={LATENCY_S}]] wait", tasks=0, children=CHILDREN)
        alone, within = 0.0, 0.0
        for warm in (True, False):
            count = 5 if warm else runs
            alone = await _cpu_ms(process, [lambda: _alone(http, agent)] * (count * TASKS))
            within = await _cpu_ms(process, [lambda: _run(http, chain)] * count)
        before = process.rss_mb()
        for _ in range(waiting):
            await _asked(http, "POST", f"/workflows/{fan}/execute", {})
        await _until_running(http, waiting * CHILDREN)
        return {
            "an agent's run alone, CPU of the server (ms)": alone,
            f"a workflow of {TASKS} such steps, CPU of the server (ms)": within,
            "added by the workflow to each step, CPU of the server (ms)": within / TASKS - alone,
            f"{waiting} workflows of {CHILDREN} waiting children, server with worker (MB)": process.rss_mb(),
            f"{waiting} workflows of {CHILDREN} waiting children, added (MB)": process.rss_mb() - before,
        }


async def _cpu_ms(process: ServerProcess, calls: list[Callable[[], Any]]) -> float:
    """Return the CPU time of the server for each call, one after another."""
    before = process.usage().server_s
    for call in calls:
        await call()
    return (process.usage().server_s - before) * 1000 / len(calls)


async def _alone(http: httpx2.AsyncClient, agent: str) -> None:
    await _asked(http, "POST", "/executions", {"agent_id": agent, "query": QUERY})


async def _run(http: httpx2.AsyncClient, workflow: str) -> None:
    run = await _asked(http, "POST", f"/workflows/{workflow}/run?wait=true", {})
    if run["status"] != "completed":
        raise RuntimeError(f"a workflow ended as {run['status']}: {run['error']}")


async def _workflow(http: httpx2.AsyncClient, agent: str, words: str, *, tasks: int, children: int = 1) -> str:
    nodes = [{"id": f"n{number}", "agent_id": agent, "config": {"description": words}} for number in range(children)]
    body: dict[str, Any] = {"name": "Bench", "process_type": "graph", "nodes": nodes}
    if tasks:
        given = [{"node_id": "n0", "description": words} for _ in range(tasks)]
        body |= {"process_type": "sequential", "tasks": given}
    return (await _asked(http, "POST", "/workflows", body))["id"]


async def _until_running(http: httpx2.AsyncClient, count: int) -> None:
    ends = time.monotonic() + PATIENCE_S
    while (await _asked(http, "GET", "/executions?kind=agent&status=running&limit=1"))["total"] < count:
        if time.monotonic() > ends:
            raise RuntimeError(f"{count} children did not wait at the same time")
        await asyncio.sleep(0.5)


async def _asked(http: httpx2.AsyncClient, method: str, path: str, body: Any = None) -> dict[str, Any]:
    answer = await http.request(method, path, json=body)
    answer.raise_for_status()
    return answer.json()
