"""The embedded server's place in the data directory: paths, rights, and who is using it right now."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from dynagent.infrastructure.files.data_directory import DataDirUnusable, make_data_directory, make_directory, usable
from dynagent.infrastructure.postgres.embedded.account import Account

SOCKET_NAME = ".s.PGSQL.5432"
MAX_SOCKET_PATH = 100
"""A unix socket's path has at most 103 bytes on macOS, 107 on Linux, and PostgreSQL adds `.lock` to its own."""


class Home:
    """`<data_dir>/postgres`: `data` (the cluster), `run` (the socket), `server.log` and two lock files."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir.absolute()
        self.root = self.data_dir / "postgres"
        self.data = self.root / "data"
        self.log = self.root / "server.log"
        self._users: IO[bytes] | None = None

    def prepare(self) -> None:
        """Make the directories. Raises DataDirUnusable with the path and the reason."""
        with usable(self.data_dir):
            make_data_directory(self.data_dir)
            make_directory(self.root, mode=0o711 if os.geteuid() == 0 else 0o700)
            with (self.root / "start.lock").open("ab"):
                pass
        if self.data.exists() and os.geteuid() not in (0, self.data.stat().st_uid):
            raise DataDirUnusable(f"the database in {self.data} is another user's; set DATA_DIR to a place of yours")

    @contextmanager
    def deciding(self) -> Generator[None]:
        """Hold the right to decide whether the server starts or stops: one process at a time."""
        with (self.root / "start.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def join(self) -> bool:
        """Be counted as a user of the server until `leave` or the end of this process. Return whether others are."""
        self._users = (self.root / "users.lock").open("ab")
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            others = False
        except BlockingIOError:
            others = True
        fcntl.flock(self._users, fcntl.LOCK_SH)
        return others

    def leave(self) -> bool:
        """Be counted no more. Return whether we were the last."""
        if self._users is None:
            return False
        with self._users as users:
            self._users = None
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            else:
                return True
            finally:
                fcntl.flock(users, fcntl.LOCK_UN)

    def socket_dir(self, account: Account) -> Path:
        """Return a private directory for the socket: `run`, or a short one in /tmp where that is too long or closed."""
        run = self.root / "run"
        make_directory(run, mode=0o700)
        account.own(run)
        if len(os.fsencode(run / SOCKET_NAME)) <= MAX_SOCKET_PATH and account.reaches(run):
            return run
        short = Path(tempfile.mkdtemp(prefix="dynagent-", dir="/tmp"))
        account.own(short)
        return short

    def forget_socket_dir(self, socket_dir: Path) -> None:
        """Remove a short-lived socket directory in /tmp."""
        if socket_dir.parent != self.root and socket_dir.name.startswith("dynagent-"):
            shutil.rmtree(socket_dir, ignore_errors=True)

    def log_tail(self, *, after: int = 0, lines: int = 5) -> str:
        """Return the last lines that the server wrote after a position in its log, joined to one."""
        try:
            with self.log.open("rb") as file:
                file.seek(after)
                text = file.read(64_000).decode("utf-8", "replace")
        except OSError:
            return ""
        return " | ".join(line.strip() for line in text.strip().splitlines()[-lines:])
