"""The running server: how it is found by its pid file, started, initialised and stopped."""

import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dynagent.core.shared.errors import Unavailable
from dynagent.infrastructure.postgres.embedded.account import Account
from dynagent.infrastructure.postgres.embedded.home import SOCKET_NAME, Home

ROLE = "dynagent"
DATABASE = "dynagent"
START_TIMEOUT_S = 120.0
"""Long, because after a crash the server first replays its log."""
STOP_TIMEOUT_S = 5.0
_ANSWER_TIMEOUT_S = 10.0
_SSL_REQUEST = struct.pack("!ii", 8, 80877103)
_POLL_S = 0.004
_NO_SUCH_PID = 2**22 + 1
_MAX_LOG = 10_000_000

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "random_page_cost": "1.1",
    "io_method": "sync",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_min_messages": "warning",
    # What takes longer stands in the server's log, without its values.
    "log_min_duration_statement": "1s",
    "log_parameter_max_length": "0",
}
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
"""Additional settings for data that nobody will miss."""


class StartFailed(Unavailable):
    """The server did not come up; the text has the end of its log."""

    code = "postgres_start_failed"


class StartAbandoned(Unavailable):
    """Whoever wanted the server was told to stop before it was up; nothing of it is left running."""

    code = "postgres_start_abandoned"

    def __init__(self) -> None:
        super().__init__("PostgreSQL is not wanted any more: it was told to stop while it started")


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A server process as its pid file describes it."""

    pid: int
    socket_dir: Path
    status: str

    def answers(self) -> bool:
        """Say whether a server talks on the socket; one that is being torn down may still take connections."""
        with socket.socket(socket.AF_UNIX) as client, suppress(OSError):
            client.settimeout(_ANSWER_TIMEOUT_S)
            client.connect(str(self.socket_dir / SOCKET_NAME))
            client.sendall(_SSL_REQUEST)
            return client.recv(1) in (b"N", b"S")
        return False


def read_pid_file(data: Path) -> Postmaster | None:
    """Return what the pid file says, None when there is none or it is still being written."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        return Postmaster(int(lines[0]), Path(lines[4]), lines[7].strip())
    except (OSError, ValueError, IndexError):
        return None


def is_alive(pid: int, data: Path) -> bool:
    """Say whether the process is a PostgreSQL server on this data directory (pids are used again after a reboot)."""
    if sys.platform == "linux":
        with suppress(OSError):
            return Path(f"/proc/{pid}/cwd").samefile(data)
        return False
    listing = subprocess.run(["/bin/ps", "-o", "comm=", "-p", str(pid)], check=False, capture_output=True, text=True)
    return "postgres" in listing.stdout


def disown_pid_file(data: Path) -> None:
    """Make a left-over pid file name a process that cannot exist, where its number now is somebody else's.

    The file itself stays: its shared memory id keeps a new server from starting beside orphans of the old one.
    """
    file = data / "postmaster.pid"
    with suppress(OSError):
        _, *rest = file.read_text().splitlines()
        file.write_text("\n".join([str(_NO_SUCH_PID), *rest, ""]))


def initialise(programs: Path, home: Home, account: Account, *, durable: bool, abandoned: threading.Event) -> None:
    """Make the cluster with an empty database `dynagent`; it appears complete or not at all.

    Raises StartFailed, and StartAbandoned soon after the event is set.
    """
    fresh = home.root / f"data.{os.getpid()}"
    fresh.mkdir(mode=0o700)
    account.own(fresh)
    place = _data_argument(fresh, account)
    options = ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--auth=peer", "--no-instructions"]
    options += [] if durable else ["--no-sync"]
    _run([str(programs / "initdb"), "-D", place, "-U", ROLE, *options], fresh, account, abandoned=abandoned)
    owner = Account("root", 0, 0, foreign=False) if account.foreign else account
    _replace(fresh / "pg_hba.conf", "local all all peer map=dynagent\n", account)
    _replace(fresh / "pg_ident.conf", f"dynagent {owner.name} {ROLE}\n", account)
    single = [str(programs / "postgres"), "--single", "-D", place, "-c", "log_min_messages=error", "postgres"]
    _run(single, fresh, account, stdin=f"CREATE DATABASE {DATABASE}\n", abandoned=abandoned)
    fresh.rename(home.data)


def launch(
    programs: Path, home: Home, account: Account, *, socket_dir: Path, durable: bool, abandoned: threading.Event
) -> subprocess.Popen[bytes]:
    """Start the server in a session of its own (the terminal's Ctrl-C is not for it) and return once it is ready.

    Raises StartFailed, and StartAbandoned soon after the event is set.
    """
    settings = SETTINGS | {"unix_socket_directories": str(socket_dir)} | ({} if durable else THROWAWAY)
    command = [str(programs / "postgres"), "-D", _data_argument(home.data, account)]
    command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    if home.log.exists() and home.log.stat().st_size > _MAX_LOG:
        home.log.unlink()
    with home.log.open("ab") as log:
        begin = log.tell()
        process = subprocess.Popen(
            command,
            cwd=home.data,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **account.popen_options(),
        )
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        found = read_pid_file(home.data)
        if found is not None and found.pid == process.pid and found.status == "ready":
            return process
        if abandoned.wait(_POLL_S):
            _end(process, signal.SIGINT)
            raise StartAbandoned
    process.kill()
    process.wait()
    raise StartFailed(f"PostgreSQL did not start on {home.data}: {home.log_tail(after=begin) or 'no word in its log'}")


def wait_while(
    data: Path, pid: int, *, status: str | None, timeout_s: float, abandoned: threading.Event | None = None
) -> bool:
    """Return True once the process has gone or (given a `status`) is in another; False when time is over.

    Raises StartAbandoned soon after the event is set.
    """
    never = threading.Event()
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        found = read_pid_file(data)
        if not is_alive(pid, data) or (status is not None and found is not None and found.status != status):
            return True
        if (abandoned or never).wait(_POLL_S):
            raise StartAbandoned
    return False


def shut_down(data: Path, pid: int) -> None:
    """Stop the server: politely (sessions are ended, the log is flushed), and at once when that takes too long."""
    for step in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if not is_alive(pid, data):
            return
        with suppress(ProcessLookupError):
            os.kill(pid, step)
        if wait_while(data, pid, status=None, timeout_s=STOP_TIMEOUT_S):
            return


def _data_argument(data: Path, account: Account) -> str:
    """Return how the server is told its data directory.

    Below a closed directory the account cannot go by path, but it may stand in it: we put it there (`cwd`).
    """
    return str(data) if account.reaches(data) or sys.platform != "linux" else "/proc/self/cwd"


def _run(command: list[str], data: Path, account: Account, *, stdin: str = "", abandoned: threading.Event) -> None:
    """Run a program to its end, of which it may say what it likes: a file holds it, so no pipe fills up."""
    with tempfile.TemporaryFile("w+") as given, tempfile.TemporaryFile("w+", errors="replace") as said:
        given.write(stdin)
        given.seek(0)
        process = subprocess.Popen(
            command,
            stdin=given,
            stdout=said,
            stderr=subprocess.STDOUT,
            cwd=data,
            env=_environment(),
            start_new_session=True,
            **account.popen_options(),
        )
        while process.poll() is None:
            if abandoned.wait(_POLL_S):
                _end(process, signal.SIGTERM)
                raise StartAbandoned
        said.seek(0)
        words = " | ".join(said.read().strip().splitlines()[-4:])
    if process.returncode:
        raise StartFailed(f"{Path(command[0]).name} failed on {data}: {words}")


def _end(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Stop a program of ours politely, and its whole session at once when that takes too long."""
    process.send_signal(number)
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _replace(file: Path, text: str, account: Account) -> None:
    """Write a file anew; not through a symlink that the account may have put there."""
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as target:
        target.write(text)
    account.own(file)


def _environment() -> dict[str, str]:
    """Return a small environment: PGPORT, PGDATA and their kind must not leak into the server."""
    selected = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", **selected}
