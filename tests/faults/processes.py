"""Servers and workers in processes of their own, over one database, that tests may kill, freeze and stop."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.cli.processes import environment

PATIENCE_S = 90.0
"""How long anything may take before a test gives up on it: generous, the machine may be busy."""

SHORT = {
    "WORKER_BEAT_S": "0.5",
    "WORKER_SWEEP_S": "0.3",
    "WORKER_LEASE_S": "2",
    "WORKER_DRAIN_S": "0.5",
    "TRACE_HEARTBEAT_S": "1",
    "REDIS_OPEN_S": "0.3",
    "RATE_LIMIT_PER_MINUTE": "0",
    "ADDRESS_LIMIT_PER_MINUTE": "0",
    "TOOL_SANDBOX_CALLS_PER_TENANT": "64",
    "OPENAI_API_KEY": "scripted",
    "DEFAULT_MODEL": "gpt-4o-mini",
    "DATABASE_DIRECT_POOL_SIZE": "6",
    "DATABASE_POOL_SIZE": "6",
}
"""Leases and rounds of seconds instead of quarter minutes; no limits that are not looked at."""


class Process:
    """One `dynagent` process; `url` is empty for a worker."""

    def __init__(self, popen: subprocess.Popen[bytes], log: Path) -> None:
        self.popen = popen
        self.log = log
        self.url = ""

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.popen.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self.popen.poll() is None

    def kill(self) -> None:
        """End it without a word, and what it started with it (a machine that loses power)."""
        family = psutil.Process(self.pid).children(recursive=True)
        self.popen.kill()
        self.popen.wait()
        for child in family:
            # An embedded database is not the process's own: others may use it.
            with contextlib.suppress(psutil.NoSuchProcess):
                if "postgres" not in child.name():
                    child.kill()

    def freeze(self) -> None:
        """Stop it between two instructions."""
        self.popen.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on as if nothing had happened."""
        self.popen.send_signal(signal.SIGCONT)

    def stop(self) -> int:
        """Ask it to stop, wait, return the exit code."""
        if self.alive:
            self.popen.send_signal(signal.SIGCONT)
            self.popen.send_signal(signal.SIGTERM)
        return self.popen.wait(PATIENCE_S)

    def said(self) -> str:
        """Everything it has printed and logged so far."""
        return self.log.read_text(errors="replace")


class Cluster:
    """The processes of one test, all with the same settings; ended at the end of the `with` block."""

    def __init__(self, place: Path, **settings: str) -> None:
        self.place = place
        place.chmod(0o755)
        self.settings = {"DATA_DIR": str(place / "data"), **SHORT, **settings}
        self.processes: list[Process] = []

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            if process.alive:
                process.popen.send_signal(signal.SIGCONT)
                process.popen.terminate()
        for process in self.processes:
            try:
                process.popen.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()

    def servers(self, count: int, *arguments: str, **settings: str) -> list[Process]:
        """Start servers at the same time; return when all listen."""
        started = [self._start("serve", "--port", "0", *arguments, **settings) for _ in range(count)]
        for process in started:
            process.url = _word_after("listening on ", process)
        return started

    def server(self, *arguments: str, **settings: str) -> Process:
        """Start one server."""
        return self.servers(1, *arguments, **settings)[0]

    def workers(self, count: int, *arguments: str, **settings: str) -> list[Process]:
        """Start workers at the same time; return when all work."""
        started = [self._start("worker", *arguments, **settings) for _ in range(count)]
        for process in started:
            _word_after("working, ", process)
        return started

    def worker(self, *arguments: str, **settings: str) -> Process:
        """Start one worker."""
        return self.workers(1, *arguments, **settings)[0]

    def _start(self, *arguments: str, **settings: str) -> Process:
        log = self.place / f"{len(self.processes)}-{arguments[0]}.log"
        with log.open("wb") as output:
            popen = subprocess.Popen(
                [sys.executable, "-m", "dynagent.cli", *arguments],
                stdout=output,
                stderr=output,
                cwd=self.place,
                env=environment(**(self.settings | settings)),
            )
        process = Process(popen, log)
        self.processes.append(process)
        return process


def wait_for(condition: Callable[[], object], what: str, *, patience_s: float = PATIENCE_S) -> None:
    """Return when the condition holds; fail the test when it does not within the patience."""
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {patience_s:g} s for: {what}"
        time.sleep(0.02)


def rss_mb(process: Process) -> float:
    """Return the resident memory of a process in MB (10⁶ bytes)."""
    return psutil.Process(process.pid).memory_info().rss / 1e6


def zygotes_of(process: Process) -> list[psutil.Process]:
    """Return the sandbox's processes that a process started."""
    return [child for child in psutil.Process(process.pid).children() if "postgres" not in child.name()]


def end(pid: int, number: int) -> None:
    """Send a signal to a process that a test started."""
    os.kill(pid, number)


def _word_after(words: str, process: Process) -> str:
    def found() -> bool:
        assert process.alive, process.said()[-3000:]
        return words in process.said()

    wait_for(found, f"{words!r} in {process.log}")
    return process.said().partition(words)[2].split()[0]
