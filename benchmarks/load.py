"""The load: many clients that each start an execution over HTTP, read its event stream, and note when things came."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit


@dataclass(slots=True)
class Run:
    """One execution as its client saw it: seconds since the request was sent, and each event's delay in seconds.

    An event's delay is the time between its own timestamp and its arrival here; both clocks are this machine's.
    """

    first_event_s: float = 0.0
    first_token_s: float | None = None
    total_s: float = 0.0
    ending: str = ""
    events: int = 0
    delays_s: list[float] = field(default_factory=list[float])


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server is, and the agent to ask there."""

    url: str
    agent_id: str

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.url)
        return parts.hostname or "127.0.0.1", parts.port or 80


async def run_all(server: Server, query: str, *, executions: int, concurrency: int) -> tuple[list[Run], float]:
    """Have `concurrency` clients work through the executions; return the runs and the seconds it all took."""
    left = iter(range(executions))
    runs: list[Run] = []

    async def client() -> None:
        for _ in left:
            run = await run_one(server, query)
            runs.append(run)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(client())
    return runs, time.perf_counter() - began


async def run_one(server: Server, query: str) -> Run:
    """Start an execution by `GET /api/stream/{agent_id}` and read its stream to the end."""
    run = Run()
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection(*server.address, limit=1 << 20)
    path = f"/api/stream/{server.agent_id}?query={quote(query)}"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {server.address[0]}\r\nConnection: close\r\n\r\n".encode())
    try:
        status = (await reader.readline()).split(b" ", 2)[1]
        if status != b"200":
            raise RuntimeError(f"the server answered {status.decode()}: {(await reader.read(2000)).decode()}")
        # Every chunk holds whole frames, so a line that begins with `data:` is an event, whatever stands between.
        while not run.ending and (line := await reader.readline()):
            if line.startswith(b"data:"):
                _note(run, json.loads(line[5:]), time.perf_counter() - began)
    finally:
        writer.close()
    if not run.ending:
        raise RuntimeError("the stream ended before the execution did")
    return run


def _note(run: Run, event: dict[str, object], since_s: float) -> None:
    run.events += 1
    run.delays_s.append(time.time() - float(str(event["timestamp"])))
    kind = str(event["type"])
    if run.events == 1:
        run.first_event_s = since_s
    if kind == "token" and run.first_token_s is None:
        run.first_token_s = since_s
    if kind in ("complete", "error", "cancelled"):
        run.total_s, run.ending = since_s, kind
