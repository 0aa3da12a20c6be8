"""A PostgreSQL server of its own with a streaming standby: the real thing that a read replica is."""

import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import psycopg

from dynagent.infrastructure.postgres.embedded.account import choose_account
from dynagent.infrastructure.postgres.embedded.binaries import programs_for
from dynagent.infrastructure.postgres.embedded.postmaster import shut_down

SETTINGS = {
    "listen_addresses": "",
    "wal_level": "replica",
    "max_wal_senders": "4",
    "shared_buffers": "16MB",
    "fsync": "off",
    # What stands in the way of replaying is ended soon, as on a standby that is to be close behind.
    "max_standby_streaming_delay": "100ms",
    "wal_receiver_status_interval": "1s",
}


class Server:
    """One of the two: its data, its socket, its process."""

    def __init__(self, place: Path, programs: Path) -> None:
        self.account = choose_account(place, create=False)
        self.data, self.sockets = place / "data", place / "s"
        self._programs = programs
        self._process: subprocess.Popen[bytes] | None = None
        for directory in (place, self.sockets):
            directory.mkdir(exist_ok=True)
            self.account.own(directory)

    @property
    def url(self) -> str:
        """Where its database is."""
        return f"postgresql://dynagent@/postgres?host={quote(str(self.sockets), safe='/')}"

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs under the server's account."""
        command = [str(self._programs / program), *arguments]
        done = subprocess.run(command, capture_output=True, cwd="/", check=False, **self.account.popen_options())
        assert done.returncode == 0, done.stderr.decode()

    def start(self) -> None:
        """Start it; returns when it answers, a standby when it can be read."""
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(
            [str(self._programs / "postgres"), "-D", str(self.data), "-k", str(self.sockets), *options],
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **self.account.popen_options(),
        )
        for _ in range(2000):
            with suppress(psycopg.OperationalError):
                psycopg.connect(self.url).close()
                return
            time.sleep(0.01)
        raise RuntimeError("PostgreSQL did not start")

    def stop(self) -> None:
        """Stop it, politely first."""
        if self._process is not None:
            shut_down(self.data, self._process.pid)
            self._process.wait()
            self._process = None

    def ask(self, statement: str) -> None:
        """Run a statement that returns nothing of interest."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())


class PrimaryAndStandby:
    """`with PrimaryAndStandby() as pair`: both are up, the standby streams."""

    def __enter__(self) -> "PrimaryAndStandby":
        self._place = Path(tempfile.mkdtemp(prefix="dyn-pair-"))
        self._place.chmod(0o755)
        programs = programs_for(choose_account(self._place, create=False), self._place)
        self.primary = Server(self._place / "p", programs)
        self.standby = Server(self._place / "s", programs)
        self.primary.run("initdb", "-D", str(self.primary.data), "-U", "dynagent", "--auth=trust", "--no-sync")
        self.primary.start()
        host = ["-h", str(self.primary.sockets), "-U", "dynagent"]
        self.standby.run("pg_basebackup", *host, "-D", str(self.standby.data), "-R", "-X", "stream", "--no-sync")
        self.standby.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.standby.stop()
        self.primary.stop()
        shutil.rmtree(self._place, ignore_errors=True)
