"""The corpus against real servers: the screen on, the boundary alone, and the boundary at every lower level."""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.processes import environment
from tests.sandbox_corpus.cases import Case, all_cases
from tests.sandbox_corpus.runner import Runner
from tests.sandbox_corpus.world import World

PATIENCE_S = 90
UNSCREENED = str(Path(__file__).with_name("unscreened.py"))
LEVELS = {
    "as it comes": "seccomp,landlock,namespaces,identity,limits",
    "level 2, as in a container": "seccomp,landlock,identity,limits",
    "level 1, without Landlock": "seccomp,limits",
}

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox's layers are Linux's")


@contextmanager
def serving(place: Path, command: list[str], **settings: str) -> Generator[str]:
    """Run a server on a port that it chooses itself; give its address."""
    place.chmod(0o755)
    log = place / "server.log"
    values = environment(**{"DATA_DIR": str(place / "data"), "LOG_LEVEL": "WARNING", **settings})
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command, "serve", "--port", "0"], stdout=output, stderr=output, env=values
        )
    try:
        yield _address(process, log)
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def test_there_are_cases_of_every_family() -> None:
    cases = all_cases()
    assert len(cases) >= 300
    assert len({case.number for case in cases}) == len(cases)
    assert {"honest_shapes", "honest_values", "honest_library", "screen", "reach", "limits", "protocol", "network"} <= {
        case.family for case in cases
    }


async def test_with_the_screen(tmp_path: Path, fresh_database_url: str) -> None:
    assert await _wrong(tmp_path, all_cases(), ["-m", "dynagent.cli"], DATABASE_URL=fresh_database_url) == {}


async def test_without_the_screen_the_boundary_holds_alone(tmp_path: Path, fresh_database_url: str) -> None:
    assert await _wrong(tmp_path, all_cases(), [UNSCREENED], DATABASE_URL=fresh_database_url) == {}


@pytest.mark.slow_fault
@pytest.mark.parametrize("level", LEVELS)
async def test_without_the_screen_at_every_level(tmp_path: Path, fresh_database_url: str, level: str) -> None:
    settings = {"DATABASE_URL": fresh_database_url, "TOOL_SANDBOX_LAYERS": LEVELS[level]}
    assert await _wrong(tmp_path, all_cases(), [UNSCREENED], **settings) == {}


@pytest.mark.slow_fault
async def test_without_any_layer_the_corpus_sees_it(tmp_path: Path, fresh_database_url: str) -> None:
    """The corpus is no witness unless it fails where nothing confines the tools."""
    cases = [case for case in all_cases() if case.number in ("301", "309", "311", "321", "323", "334")]
    settings = {"TOOL_SANDBOX_LAYERS": "limits", "TOOL_SANDBOX_MIN_LEVEL": "0", "DATABASE_URL": fresh_database_url}
    assert len(await _wrong(tmp_path, cases, ["-m", "dynagent.cli"], **settings)) == len(cases)


async def _wrong(place: Path, cases: list[Case], command: list[str], **settings: str) -> dict[str, str]:
    with World(place) as world, serving(place, command, **world.settings, **settings) as url:
        return await Runner(url, world, screened=UNSCREENED not in command).run(cases)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        said = log.read_text(errors="replace").partition("listening on ")[2].split()
        if said:
            url = said[0].rstrip(".,")
            with urllib.request.urlopen(f"{url}/health"):
                return url
        time.sleep(0.05)
    raise AssertionError(log.read_text(errors="replace"))
