"""A server of other people's as a process: started, waited for, ended by its id."""

import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

READY_S = 180.0


@contextmanager
def running(command: Sequence[str], *, folder: Path, ready: str, **settings: str) -> Generator[None]:
    """Run a server until the block ends, with its output in a file of `folder`.

    `ready` is a URL that answers 200 once it serves. Raises pytest's failure with the last of its output otherwise.
    """
    log = folder / "output.txt"
    told = {**os.environ, "HOME": str(folder), **settings}
    with log.open("wb") as output:
        # Without a folder of its own it would read the `.env` of wherever the tests are started.
        process = subprocess.Popen(command, cwd=folder, env=told, stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait(process, ready, log)
            yield
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(20)


def _wait(process: subprocess.Popen[bytes], ready: str, log: Path) -> None:
    deadline = time.monotonic() + READY_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(ready, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"{ready} did not answer:\n{log.read_text(errors='replace')[-3000:]}")
