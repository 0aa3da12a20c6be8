"""Five thousand executions that all wait for the model, in two processes: a server with its worker, and a worker."""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psutil

from benchmarks.load import Server
from benchmarks.processes import ROOT, dynagent_server, environment

WAITING = 5000
LATENCY_S = 60
"""Longer than it takes to start them all, so that they wait at the same time."""
SUBMITTERS = 20
SETTLED_S = 300.0

MakeAgent = Callable[[str], str]
"""Makes an agent at a server's URL and returns its id."""


def measure_crowd_of(model_url: str, data_dir: Path, make_agent: MakeAgent, *, divisor: int = 1) -> dict[str, float]:
    """Have them all wait at once, then end; return memory of the two processes in MB, and seconds.

    Raises RuntimeError when one of them does not complete.
    """
    count = WAITING // divisor
    settings = {"WORKER_CONCURRENCY": str(count // 2), "MAX_CONCURRENT_RUNS_PER_USER": str(count)}
    with (
        dynagent_server(model_url, data_dir, **settings) as process,
        _worker(model_url, data_dir, settings) as worker,
    ):
        server = Server(process.url, make_agent(process.url))
        began = time.perf_counter()
        asyncio.run(_submit_all(server, f"[[latency={LATENCY_S}]] [[tokens=20]] wait, then twenty tokens", count))
        _until(process.url, "running", count)
        waiting_s = time.perf_counter() - began
        memory = {"server": process.rss_mb(), "worker": worker.memory_info().rss / 1e6}
        _until(process.url, "completed", count)
        return {
            f"{count:,} executions waiting for the model, server with worker (MB)": memory["server"],
            f"{count:,} executions waiting for the model, worker beside it (MB)": memory["worker"],
            f"{count:,} executions: from the first request until all wait (s)": waiting_s,
            f"{count:,} executions: from the first request until all have ended (s)": time.perf_counter() - began,
        }


@contextmanager
def _worker(model_url: str, data_dir: Path, settings: dict[str, str]) -> Generator[psutil.Process]:
    command = [sys.executable, "-m", "dynagent.cli", "worker", "--concurrency", settings["WORKER_CONCURRENCY"]]
    with tempfile.TemporaryFile() as log:
        popen = subprocess.Popen(
            command, cwd=ROOT, env=environment(model_url, data_dir) | settings, stdout=log, stderr=log
        )
        try:
            yield psutil.Process(popen.pid)
        finally:
            popen.terminate()
            popen.wait(30)


async def _submit_all(server: Server, query: str, count: int) -> None:
    left = iter(range(count))
    body = json.dumps({"agent_id": server.agent_id, "query": query, "mode": "async"}).encode()
    head = f"POST /api/executions HTTP/1.1\r\nHost: {server.address[0]}\r\nContent-Type: application/json\r\n"
    request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    async def submitter() -> None:
        reader, writer = await asyncio.open_connection(*server.address, limit=1 << 20)
        for _ in left:
            writer.write(request)
            answer = await reader.readuntil(b"\r\n\r\n")
            if b" 202 " not in answer.split(b"\r\n", 1)[0]:
                raise RuntimeError(f"the server answered {answer.decode()}")
            length = next(line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.partition(b":")[2]))
        writer.close()

    async with asyncio.TaskGroup() as group:
        for _ in range(SUBMITTERS):
            group.create_task(submitter())


def _until(url: str, status: str, count: int) -> None:
    deadline = time.monotonic() + SETTLED_S
    while (found := _total(url, status)) < count:
        if time.monotonic() > deadline or _total(url, "failed"):
            raise RuntimeError(f"{found} of {count} executions are {status}")
        time.sleep(0.2)


def _total(url: str, status: str) -> int:
    with urllib.request.urlopen(f"{url}/api/executions?status={quote(status)}&limit=1", timeout=30) as answer:
        return json.load(answer)["total"]
