"""The embedded server as the application sees it: start, stop, and everything that can be in the way."""

import asyncio
import shutil
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import structlog

from dynagent.infrastructure.files.data_directory import DataDirUnusable
from dynagent.infrastructure.postgres.embedded.account import Account, choose_account
from dynagent.infrastructure.postgres.embedded.binaries import programs_for
from dynagent.infrastructure.postgres.embedded.home import Home
from dynagent.infrastructure.postgres.embedded.postmaster import (
    DATABASE,
    ROLE,
    START_TIMEOUT_S,
    Postmaster,
    StartAbandoned,
    StartFailed,
    disown_pid_file,
    initialise,
    is_alive,
    launch,
    read_pid_file,
    shut_down,
    wait_while,
)

_ORPHANS_S = 5.0
"""How long the children of a killed server may need to notice and go."""
_RESTART_PAUSE_S = 0.5
_LOOK_S = 0.25 if sys.platform == "linux" else 2.0
"""How often a server that somebody else started is looked for: a look at /proc, elsewhere a process."""

_CLARIFY_TRIES = 4

log = structlog.stdlib.get_logger(__name__)


class _Unclear(DataDirUnusable):
    """Somebody uses the data directory, but there is no server: dead, or out of sight in another container."""


class EmbeddedPostgres:
    """A PostgreSQL server on `<data_dir>/postgres`, reachable over a private unix socket only.

    Any number of processes may use one data directory: the first starts the server, the last to stop ends it, also
    when the one that started it was killed. A server that dies is started again by whoever uses it.
    `durable=False` trades safety for speed (tests); `create_account=False` never adds a system user (root only).
    """

    def __init__(self, data_dir: Path, *, durable: bool = True, create_account: bool = True) -> None:
        self._home = Home(data_dir)
        self._durable = durable
        self._create_account = create_account
        # A start whose caller was cancelled goes on in its thread, if it has begun at all; a stop tells it to give up
        # and waits for it, so that nothing is left behind.
        self._moving = threading.Lock()
        self._abandoned = threading.Event()
        self._left = threading.Event()
        self._left.set()
        self._in_use = False
        self._socket_dir: Path | None = None

    async def start(self) -> str:
        """Start the server or join a running one; return its DSN.

        Raises DataDirUnusable and its kin, StartFailed, StartAbandoned when it is told to stop meanwhile.
        """
        # A new event for each start: a thread that was told to give up cannot be told otherwise by the next start.
        self._abandoned = abandoned = threading.Event()
        return await asyncio.to_thread(self._start, abandoned)

    async def stop(self) -> None:
        """Leave; the last one to leave ends the server. Returns when it has gone."""
        self._give_up()
        await asyncio.to_thread(self.stop_now)

    def start_now(self) -> str:
        """Do what `start` does, blocking."""
        self._abandoned = threading.Event()
        return self._start(self._abandoned)

    def _start(self, abandoned: threading.Event) -> str:
        self._home.prepare()
        with self._moving:
            for _ in range(_CLARIFY_TRIES):
                # Whoever uses a server that died is about to start it again.
                with suppress(_Unclear):
                    return self._join_or_launch(abandoned)
                if abandoned.wait(_RESTART_PAUSE_S):
                    raise StartAbandoned
            return self._join_or_launch(abandoned)

    def stop_now(self) -> None:
        """Do what `stop` does, blocking."""
        self._give_up()
        with self._moving:
            if self._in_use:
                self._leave()

    def _give_up(self) -> None:
        self._abandoned.set()
        self._left.set()

    def dsn(self, database: str = DATABASE) -> str:
        """Return the connection URL of a database of the started server."""
        return f"postgresql://{ROLE}@/{database}?host={quote(str(self._socket_dir), safe='/')}"

    def _join_or_launch(self, abandoned: threading.Event) -> str:
        with self._home.deciding():
            if abandoned.is_set():
                raise StartAbandoned
            shared = self._home.join()
            before = read_pid_file(self._home.data)
            try:
                running = self._running(shared=shared, abandoned=abandoned)
                if before and not running:
                    self._home.forget_socket_dir(before.socket_dir)
                self._socket_dir = running.socket_dir if running else self._launch(abandoned)
                if running and is_alive(running.pid, self._home.data):
                    self._guard(running)
            except BaseException:
                self._home.leave()
                raise
            self._in_use = True
        return self.dsn()

    def _leave(self) -> None:
        with self._home.deciding():
            self._in_use = False
            self._left.set()
            if not self._home.leave():
                return
            found = read_pid_file(self._home.data)
            if found is not None:
                shut_down(self._home.data, found.pid)
            if self._socket_dir is not None:
                self._home.forget_socket_dir(self._socket_dir)

    def _running(self, *, shared: bool, abandoned: threading.Event) -> Postmaster | None:
        """Return the server that runs on our data, None when there is none; settle whatever lies between."""
        data = self._home.data
        found = read_pid_file(data)
        if found is None:
            return None
        if not is_alive(found.pid, data):
            if found.answers():
                # Of another container on the same directory: its processes have other numbers, its socket is the same.
                return found
            if shared:
                raise _Unclear(f"the database in {data} is in use, but its server does not answer; end who uses it")
            disown_pid_file(data)
            return None
        for passing in ("starting", "stopping"):
            if found is not None and found.status == passing:
                wait_while(data, found.pid, status=passing, timeout_s=START_TIMEOUT_S, abandoned=abandoned)
                found = read_pid_file(data)
        if found is None or not is_alive(found.pid, data):
            return None
        if found.answers():
            return found
        shut_down(data, found.pid)
        return None

    def _launch(self, abandoned: threading.Event) -> Path:
        account = choose_account(self._home.data, create=self._create_account)
        programs = programs_for(account, self._home.data_dir)
        if not self._home.data.exists():
            self._initialise(programs, account, abandoned)
        socket_dir = self._home.socket_dir(account)
        try:
            process = self._launch_patiently(programs, account, socket_dir, abandoned)
        except BaseException:
            self._home.forget_socket_dir(socket_dir)
            raise
        self._guard(process)
        return socket_dir

    def _initialise(self, programs: Path, account: Account, abandoned: threading.Event) -> None:
        log.info("database_created", place=str(self._home.data), user=account.name)
        for left_over in self._home.root.glob("data.*"):
            shutil.rmtree(left_over)
        initialise(programs, self._home, account, durable=self._durable, abandoned=abandoned)

    def _launch_patiently(
        self, programs: Path, account: Account, socket_dir: Path, abandoned: threading.Event
    ) -> subprocess.Popen[bytes]:
        deadline = time.monotonic() + _ORPHANS_S
        while True:
            try:
                return launch(
                    programs,
                    self._home,
                    account,
                    socket_dir=socket_dir,
                    durable=self._durable,
                    abandoned=abandoned,
                )
            except StartFailed as error:
                if "shared memory block" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def _guard(self, server: Postmaster | subprocess.Popen[bytes]) -> None:
        """Have the server started again whenever it dies, from now on until we leave; one watch is enough."""
        if self._left.is_set():
            self._left = threading.Event()
            target, name = self._watch, "embedded-postgres"
            threading.Thread(target=target, args=(server, self._left), name=name, daemon=True).start()

    def _watch(self, server: Postmaster | subprocess.Popen[bytes], left: threading.Event) -> None:
        with suppress(StartAbandoned):
            while True:
                if isinstance(server, Postmaster):
                    while is_alive(server.pid, self._home.data):
                        if left.wait(_LOOK_S):
                            return
                else:
                    # Ours: no zombie is left, whether we still use it or not.
                    server.wait()
                server = self._again(left)

    def _again(self, left: threading.Event) -> Postmaster | subprocess.Popen[bytes]:
        """Return the server that another user of it has started again, or start it.

        Raises StartAbandoned when we have left, or when the server runs in another container, whose users watch it.
        """
        while not left.wait(_RESTART_PAUSE_S):
            with self._home.deciding():
                if not self._in_use:
                    break
                running = self._running(shared=False, abandoned=left)
                if running is not None and is_alive(running.pid, self._home.data):
                    return running
                if running is not None:
                    break
                log.error("embedded_postgres_died", said=self._home.log_tail(lines=2))
                try:
                    return self._relaunch(left)
                except (StartFailed, OSError) as error:
                    log.error("embedded_postgres_not_restarted", error=str(error))
        raise StartAbandoned

    def _relaunch(self, left: threading.Event) -> subprocess.Popen[bytes]:
        account = choose_account(self._home.data, create=False)
        programs = programs_for(account, self._home.data_dir)
        assert self._socket_dir is not None
        return self._launch_patiently(programs, account, self._socket_dir, left)
