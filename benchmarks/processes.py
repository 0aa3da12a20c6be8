"""The processes under test, each on its own core where there are two: the server on one, all others on the rest."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
START_TIMEOUT_S = 120.0
_ALL_THREADS = 2
"""In the id of a process's CPU clock (see clock_getcpuclockid): the time of all its threads, those that ended too."""
_CORES = tuple(sorted(os.sched_getaffinity(0)))
"""Read once, before anybody pins this process: afterwards the system names only the cores that are left to it."""


def server_cores() -> list[int]:
    """Return the core that the thing under test runs on, alone."""
    return list(_CORES[:1])


def other_cores() -> list[int]:
    """Return the cores for everything else; the same one where there is only one."""
    return list(_CORES[1:] or _CORES[:1])


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds so far: of the server's process with its helpers, and of the embedded database."""

    server_s: float
    database_s: float


class ServerProcess:
    """A running `dynagent serve`."""

    def __init__(self, popen: subprocess.Popen[bytes], url: str, ready_s: float) -> None:
        self._popen = popen
        self._process = psutil.Process(popen.pid)
        self.url = url
        self.ready_s = ready_s

    def usage(self) -> Usage:
        """Return what has been used until now."""
        databases, helpers = self._children()
        return Usage(
            _cpu_s(self._process) + sum(_cpu_s(child) for child in helpers), sum(_cpu_s(child) for child in databases)
        )

    def rss_mb(self) -> float:
        """Return the resident memory of the server process, in MB (10⁶ bytes)."""
        return self._process.memory_info().rss / 1e6

    def reset_peak(self) -> None:
        """Have `peak_mb` begin anew (Linux)."""
        Path(f"/proc/{self._popen.pid}/clear_refs").write_text("5")

    def peak_mb(self) -> float:
        """Return the largest resident memory since `reset_peak`, in MB."""
        status = Path(f"/proc/{self._popen.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6

    def database_mb(self) -> float:
        """Return the memory of the embedded database: proportional set size, so shared pages count once."""
        return sum(child.memory_full_info().pss for child in self._children()[0]) / 1e6

    def leave_core_to_server(self) -> None:
        """Move the embedded database away from the server's core."""
        for child in self._children()[0]:
            child.cpu_affinity(other_cores())

    def stop(self) -> float:
        """Send SIGTERM and wait for the end; return the seconds it took."""
        began = time.perf_counter()
        self._popen.send_signal(signal.SIGTERM)
        self._popen.wait(30)
        return time.perf_counter() - began

    def _children(self) -> tuple[list[psutil.Process], list[psutil.Process]]:
        databases: list[psutil.Process] = []
        helpers: list[psutil.Process] = []
        for child in self._process.children(recursive=True):
            try:
                (databases if "postgres" in child.name() else helpers).append(child)
            except psutil.NoSuchProcess:
                continue
        return databases, helpers


@contextmanager
def model_server() -> Generator[str]:
    """Run the scripted model in a process of its own; give its base URL."""
    with _printing_url("benchmarks.scripted_model", "--port", "0") as url:
        yield url


@contextmanager
def odd_model_server() -> Generator[str]:
    """Run the model with bad manners in a process of its own; give its base URL."""
    with _printing_url("benchmarks.odd_model") as url:
        yield url


@contextmanager
def _printing_url(*module: str) -> Generator[str]:
    command = [sys.executable, "-m", *module]
    popen = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        psutil.Process(popen.pid).cpu_affinity(other_cores())
        assert popen.stdout is not None
        yield popen.stdout.readline().strip()
    finally:
        popen.terminate()
        popen.wait(10)


@contextmanager
def dynagent_server(model_url: str, data_dir: Path, **settings: str) -> Generator[ServerProcess]:
    """Run `dynagent serve` with embedded PostgreSQL in a data directory, asking the scripted model."""
    port = _free_port()
    told = environment(model_url, data_dir) | {"PORT": str(port)} | settings
    log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process that writes to it
    began = time.perf_counter()
    popen = subprocess.Popen(
        [sys.executable, "-m", "dynagent.cli", "serve"], cwd=data_dir, env=told, stdout=log, stderr=log
    )
    try:
        psutil.Process(popen.pid).cpu_affinity(server_cores())
        url = f"http://127.0.0.1:{port}"
        try:
            _until_healthy(popen, url)
        except RuntimeError as error:
            log.seek(0)
            raise RuntimeError(f"{error}\n{log.read().decode()[-3000:]}") from None
        server = ServerProcess(popen, url, time.perf_counter() - began)
        server.leave_core_to_server()
        yield server
    finally:
        if popen.poll() is None:
            popen.terminate()
            popen.wait(30)
        log.close()


def environment(model_url: str, data_dir: Path) -> dict[str, str]:
    """Return what a process under test is told: its data directory, and the scripted model as its endpoint."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "PYTHONPATH": str(ROOT / "src"),
        "DATA_DIR": str(data_dir),
        "OPENAI_BASE_URL": model_url,
        "OPENAI_API_KEY": "scripted",
        "DEFAULT_MODEL": "gpt-4o-mini",
    }


def _until_healthy(popen: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if popen.poll() is not None:
            raise RuntimeError(f"dynagent serve ended with exit code {popen.returncode}")
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=10) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.01)
    raise RuntimeError("dynagent serve did not become healthy")


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def _cpu_s(process: psutil.Process) -> float:
    # The process's own CPU clock counts in nanoseconds; /proc tells hundredths of a second, a tenth of a short load.
    try:
        return time.clock_gettime(~process.pid << 3 | _ALL_THREADS)
    except OSError:
        return 0.0
