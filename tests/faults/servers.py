"""A PostgreSQL of the test's own, that may be broken without disturbing anybody."""

import os
import signal
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from dynagent.infrastructure.postgres.embedded import EmbeddedPostgres
from dynagent.infrastructure.postgres.embedded.home import Home
from dynagent.infrastructure.postgres.embedded.postmaster import is_alive, read_pid_file
from tests.faults.processes import wait_for


class OwnPostgres:
    """A server that keeps what it commits, as in production.

    It comes back by itself a second after it was ended, not before `away` is left.
    """

    def __init__(self, data_dir: Path) -> None:
        self._home = Home(data_dir)
        self._server = EmbeddedPostgres(data_dir, create_account=False)

    def __enter__(self) -> "OwnPostgres":
        self.url = self._server.start_now()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop_now()

    @property
    def account(self) -> int:
        """The user id that the server runs under."""
        return self._home.data.stat().st_uid

    @contextmanager
    def away(self, number: int = signal.SIGINT) -> Generator[None]:
        """End the server (SIGINT: a fast stop, SIGQUIT: an immediate one) and keep it away until the block ends."""
        with self._home.deciding():
            running = read_pid_file(self._home.data)
            assert running is not None
            os.kill(running.pid, number)
            wait_for(lambda: not is_alive(running.pid, self._home.data), "PostgreSQL ends")
            yield
