"""`dynagent` in a process of its own, with the settings that a test gives and no others."""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psutil

import dynagent

MEASURING = ("COVERAGE_PROCESS_START", "COVERAGE_FILE")
PATIENCE_S = 60


def environment(**settings: str) -> dict[str, str]:
    """Return what a command of ours is started with."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", *MEASURING)}
    return kept | {"PYTHONPATH": str(Path(dynagent.__file__).parents[1]), "PYTHONUNBUFFERED": "1"} | settings


def dynagent_says(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "dynagent.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        env=environment(**settings),
    )


class Serving:
    """A server that has said where it listens; `said` are the lines up to that."""

    def __init__(self, process: subprocess.Popen[str], said: list[str]) -> None:
        self.process = process
        self.said = said
        self.url = said[-1].partition("listening on ")[2].split()[0]
        self.family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]

    def next_command(self) -> str:
        """Return the next of the commands that it prints for people."""
        assert self.process.stdout is not None
        return next(line for line in self.process.stdout if line.startswith("    ")).strip()

    def stop(self, number: int) -> int:
        """Send a signal, wait for the end, return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def survivors(self) -> list[psutil.Process]:
        """Return those of the server's processes that are still there."""
        return psutil.wait_procs(self.family, timeout=5)[1]


@contextmanager
def serving(place: Path, **settings: str) -> Generator[Serving]:
    """Run `dynagent serve` on a free port until the block ends."""
    place.chmod(0o755)
    process = subprocess.Popen(
        [sys.executable, "-m", "dynagent.cli", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=(place / "server.log").open("w"),
        text=True,
        cwd=place,
        env=environment(DATA_DIR=str(place / "data"), **settings),
    )
    try:
        yield Serving(process, _said_by(process, place))
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(PATIENCE_S)
        if process.stdout:
            process.stdout.close()


def _said_by(process: subprocess.Popen[str], place: Path) -> list[str]:
    assert process.stdout is not None
    said: list[str] = []
    for line in process.stdout:
        said.append(line)
        if "listening on " in line:
            return said
    raise AssertionError((place / "server.log").read_text()[-2000:])
