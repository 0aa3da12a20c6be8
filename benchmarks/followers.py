"""Ten thousand idle followers on one API process: memory of each, and how late an event comes to all of them.

`python -m benchmarks.followers [--followers 10000]`
"""

import argparse
import asyncio
import json
import resource
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import uvloop

from benchmarks.measurements import machine, percentile
from benchmarks.processes import ServerProcess, dynagent_server, model_server

EXECUTIONS = 20
"""How many executions are followed; each follower follows one of them."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--followers", type=int, default=10_000)
    count = parser.parse_args().followers
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 65_536)), hard))
    with tempfile.TemporaryDirectory(prefix="dynagent-bench-", ignore_cleanup_errors=True) as place:
        Path(place).chmod(0o755)
        limits = {"RATE_LIMIT_PER_MINUTE": "0", "ADDRESS_LIMIT_PER_MINUTE": "0"}
        with model_server() as model_url, dynagent_server(model_url, Path(place), **limits) as server:
            readings = uvloop.run(measure(server, count))
    print(machine())
    print(json.dumps(readings, indent=2))


async def measure(server: ServerProcess, count: int) -> dict[str, float]:
    """Follow, wait until everybody is idle, let each execution speak once, and note when it was heard."""
    agent = _post(f"{server.url}/api/agents", {"name": "Bench", "tools": ["calculator"]})["id"]
    runs = [_start(server.url, agent, f"[[latency=110]] {number}") for number in range(EXECUTIONS)]
    await _follow_all(server, runs, 200)
    empty_mb = server.rss_mb()
    followers = await _follow_all(server, runs, count)
    full_mb = server.rss_mb()
    delays: list[float] = []
    heard = asyncio.gather(*(_hear(reader, delays) for reader in followers))
    for run in runs:
        await asyncio.to_thread(_post, f"{server.url}/api/v1/executions/{run}/cancel", {})
        await asyncio.sleep(0.5)
    await asyncio.wait_for(heard, 120)
    return {
        "followers": len(followers),
        "kB each": round((full_mb - empty_mb) * 1000 / (count - 200), 1),
        "process MB": round(full_mb, 1),
        "event delay p50 (ms)": round(percentile(delays, 50) * 1000, 1),
        "event delay p99 (ms)": round(percentile(delays, 99) * 1000, 1),
    }


_ALL: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []


async def _follow_all(server: ServerProcess, runs: list[str], count: int) -> list[asyncio.StreamReader]:
    """Open streams until there are so many; return once each has read what there is."""
    parts = urlsplit(server.url)
    gate = asyncio.Semaphore(100)

    async def one(run: str) -> None:
        async with gate:
            # Small buffers: the clients share this process, and what they hold is not what is measured.
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=4096)
            writer.write(f"GET /api/v1/executions/{run}/stream HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
            while b'"type":"node_start"' not in (line := await asyncio.wait_for(reader.readline(), 60)):
                if not line or line.startswith((b"HTTP/1.1 4", b"HTTP/1.1 5")):
                    raise RuntimeError(f"a stream was refused: {line!r}")
            _ALL.append((reader, writer))

    await asyncio.gather(*(one(runs[number % len(runs)]) for number in range(len(_ALL), count)))
    await asyncio.sleep(1)
    return [reader for reader, _ in _ALL]


async def _hear(reader: asyncio.StreamReader, delays: list[float]) -> None:
    """Read to the last event; note how long after its own time stamp it came."""
    while True:
        line = await reader.readline()
        if line.startswith(b"data: ") and b'"cancelled"' in line:
            delays.append(time.time() - json.loads(line[6:])["timestamp"])
            return
        if not line:
            raise RuntimeError("a stream ended early")


def _start(url: str, agent: str, query: str) -> str:
    return _post(f"{url}/api/executions", {"agent_id": agent, "query": query, "mode": "async"})["id"]


def _post(url: str, body: dict[str, object]) -> dict[str, str]:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


if __name__ == "__main__":
    main()
