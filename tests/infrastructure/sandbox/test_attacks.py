"""Hostile tools, past the screen: the boundary is the kernel's, at every level."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from dynagent.core.tools import ToolFailed, ToolMemoryLimit, ToolPolicyViolation
from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox
from tests.infrastructure.sandbox import attacks
from tests.infrastructure.sandbox.toolbox import run, settings, smuggle

pytestmark = pytest.mark.asyncio(loop_scope="module")

LEVELS = {
    "full": "seccomp,landlock,namespaces,identity,limits",
    "container": "seccomp,landlock,identity,limits",
    "sealed": "seccomp,identity,limits",
}
_WHAT_LEVEL_2_SHOWS = ("know that a file exists", "list the root")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=LEVELS)
async def confined(request: pytest.FixtureRequest) -> AsyncIterator[ZygoteSandbox]:
    sandbox = ZygoteSandbox(settings(layers=LEVELS[request.param], min_level=0, idle_core=2, idle_full=2))
    isolation = await sandbox.status()
    missing = {
        layer: reason
        for layer, reason in isolation["layers"].items()
        if layer in LEVELS[request.param] and reason is not True
    }
    if missing:
        await sandbox.stop()
        pytest.skip(f"not to be had here: {missing}")
    yield sandbox
    await sandbox.stop()


@pytest.mark.parametrize("kind", attacks.FILES)
async def test_files(confined: ZygoteSandbox, request: pytest.FixtureRequest, kind: str) -> None:
    if "container" in request.node.name and kind in _WHAT_LEVEL_2_SHOWS:
        pytest.skip("level 2 does not hide that a known path exists")
    assert (await run(confined, smuggle(confined, attacks.FILES[kind]))).result == "held"


@pytest.mark.parametrize("kind", attacks.PROCESSES)
async def test_processes(confined: ZygoteSandbox, kind: str) -> None:
    assert (await run(confined, smuggle(confined, attacks.PROCESSES[kind]))).result == "held"


@pytest.mark.parametrize("kind", attacks.NETWORK)
async def test_network(confined: ZygoteSandbox, kind: str) -> None:
    assert (await run(confined, smuggle(confined, attacks.NETWORK[kind]))).result == "held"


@pytest.mark.parametrize(
    "kind",
    [
        "connect to loopback",
        "a datagram out",
        "listen",
        "the real connect, past the shim",
        "fast open",
        "unix abstract",
    ],
)
async def test_network_where_sockets_may_be_made(confined: ZygoteSandbox, kind: str) -> None:
    tool = smuggle(confined, attacks.NETWORK[kind], full=True)
    assert (await run(confined, tool)).result == "held"


@pytest.mark.parametrize("kind", attacks.KILLED)
async def test_what_ends_a_process(confined: ZygoteSandbox, kind: str) -> None:
    with pytest.raises(ToolPolicyViolation):
        await run(confined, smuggle(confined, attacks.killed(kind)))


async def test_no_memory_becomes_code(confined: ZygoteSandbox) -> None:
    assert (await run(confined, smuggle(confined, attacks.EXECUTABLE_MEMORY))).result == "held"


async def test_the_environment_holds_nothing_of_the_server(
    confined: ZygoteSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "import os\nasync def attack():\n    return sorted(os.environ)"
    seen = set((await run(confined, smuggle(confined, code))).result)
    assert seen <= {"HOME", "LANG", "LC_CTYPE", "MALLOC_ARENA_MAX", "TZ"}


async def test_no_module_of_the_server_is_there(confined: ZygoteSandbox) -> None:
    code = (
        "import sys\nasync def attack():\n"
        "    return [n for n in sys.modules if n.startswith('dynagent') and '.sandbox' not in n and '.core' not in n]"
    )
    assert (await run(confined, smuggle(confined, code))).result == ["dynagent", "dynagent.infrastructure"]


async def test_threads_are_limited_and_die_with_the_call(confined: ZygoteSandbox) -> None:
    code = (
        "import threading, time\nasync def attack():\n    n = 0\n    try:\n        while n < 500:\n"
        "            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n            n += 1\n"
        "    except RuntimeError:\n        pass\n    return n"
    )
    assert (await run(confined, smuggle(confined, code))).result < 500


async def test_descriptors_are_limited(confined: ZygoteSandbox) -> None:
    code = (
        "import os\nasync def attack():\n    n = 0\n    try:\n        while True:\n"
        "            os.pipe()\n            n += 1\n    except OSError:\n        return n"
    )
    assert (await run(confined, smuggle(confined, code))).result < 32


async def test_memory_in_pieces_and_in_threads_is_limited(confined: ZygoteSandbox) -> None:
    code = "async def attack():\n    kept = []\n    while True:\n        kept.append(bytearray(1 << 20))"
    with pytest.raises(ToolMemoryLimit):
        await run(confined, smuggle(confined, code))


async def test_escapes_of_the_interpreter_win_nothing(confined: ZygoteSandbox) -> None:
    code = (
        "async def attack():\n"
        "    for c in ().__class__.__base__.__subclasses__():\n"
        "        g = getattr(c.__init__, '__globals__', {})\n"
        "        if 'sys' in g:\n"
        "            return g['sys'].modules['os'].listdir('/home')"
    )
    with pytest.raises(ToolFailed, match="Error"):
        await run(confined, smuggle(confined, code))


async def test_one_call_leaves_nothing_for_the_next(confined: ZygoteSandbox) -> None:
    leave = smuggle(confined, "import json\nasync def attack(word):\n    json.left = word\n    return word")
    look = smuggle(confined, "import json\nasync def attack():\n    return getattr(json, 'left', 'nothing')")
    assert (await run(confined, leave, word="secret")).result == "secret"
    assert [(await run(confined, look)).result for _ in range(4)] == ["nothing"] * 4
