"""Layers are probed by attack: each one counts only while its attack is refused, and its absence shows."""

import pytest

from dynagent.core.tools import SandboxUnavailable, ToolPolicy
from dynagent.infrastructure.sandbox.audit import AuditEvent
from dynagent.infrastructure.sandbox.inside import probes
from dynagent.infrastructure.sandbox.levels import isolation_of
from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox
from dynagent.infrastructure.sandbox.settings import LAYERS
from tests.infrastructure.sandbox import attacks
from tests.infrastructure.sandbox.toolbox import REVERSE, register, run, settings, smuggle

# With the layer switched off, something that it holds gets through: the tests of containment can fail.
SENSITIVE = {
    "seccomp": ("namespaces,landlock,identity,limits", attacks.NETWORK["netlink"]),
    "landlock": (
        "namespaces,identity,limits",
        "async def attack():\n    open('/canary').read()\n    return 'got through'",
    ),
    "namespaces": ("identity,limits", attacks.FILES["read passwords"]),
    "identity": (
        "namespaces,limits",
        "import os\nasync def attack():\n    os.kill(os.getppid(), 0)\n    return 'got through'",
    ),
    "limits": (
        "seccomp,landlock,namespaces,identity",
        "async def attack():\n    bytearray(400 << 20)\n    return 'got through'",
    ),
}


@pytest.mark.parametrize("layer", SENSITIVE)
async def test_a_layer_that_is_switched_off_lets_its_attack_through(layer: str) -> None:
    layers, attack = SENSITIVE[layer]
    sandbox = ZygoteSandbox(settings(layers=layers, min_level=0, idle_core=1))
    try:
        isolation = await sandbox.status()
        assert isolation["layers"][layer] == "switched off in the settings"
        assert isolation["level"] < 3
        missing = [name for name in layers.split(",") if isolation["layers"][name] is not True]
        if missing:
            pytest.skip(f"not to be had here: {missing}")
        assert (await run(sandbox, smuggle(sandbox, attack))).result == "got through"
    finally:
        await sandbox.stop()


async def test_every_layer_has_an_attack() -> None:
    assert set(probes._ATTACKS) == set(LAYERS)


async def test_the_isolation_names_every_layer_and_is_told_to_the_audit() -> None:
    events: list[AuditEvent] = []
    sandbox = ZygoteSandbox(settings(), events.append)
    try:
        status = await sandbox.status()
        assert set(status["layers"]) == set(LAYERS)
        assert status["runs"]
        assert all(told is True or len(told) > 10 for told in status["layers"].values())
        assert [event.fields["level"] for event in events if event.name == "sandbox.level"] == [status["level"]]
    finally:
        await sandbox.stop()


async def test_below_the_minimum_nothing_is_screened_or_run() -> None:
    sandbox = ZygoteSandbox(settings(layers="seccomp,limits", min_level=2))
    try:
        assert (await sandbox.status())["runs"] is False
        with pytest.raises(SandboxUnavailable, match="level 1, TOOL_SANDBOX_MIN_LEVEL asks for 2"):
            await sandbox.screen("reverse_string", REVERSE, ToolPolicy())
        with pytest.raises(SandboxUnavailable):
            await run(sandbox, smuggle(sandbox, REVERSE, entry="reverse_string"), text="x")
    finally:
        await sandbox.stop()


async def test_level_zero_runs_only_when_it_is_asked_for() -> None:
    sandbox = ZygoteSandbox(settings(layers="limits", min_level=0))
    try:
        assert (await sandbox.status())["level"] == 0
        assert (await run(sandbox, await register(sandbox, REVERSE), text="ab")).result == "ba"
    finally:
        await sandbox.stop()


@pytest.mark.parametrize(
    ("held", "level"),
    [
        (LAYERS, 3),
        (("seccomp", "landlock", "identity", "limits"), 2),
        (("seccomp", "landlock", "namespaces", "limits"), 2),
        (("seccomp", "namespaces", "limits"), 1),
        (("seccomp", "limits"), 1),
        (("seccomp",), 0),
        (("landlock", "namespaces", "identity", "limits"), 0),
        ((), 0),
    ],
)
def test_levels_follow_from_the_layers(held: tuple[str, ...], level: int) -> None:
    hello = {layer: layer in held or "missing" for layer in LAYERS}
    assert isolation_of({"hello": hello}).level == level


def test_an_unknown_layer_is_refused_by_the_settings() -> None:
    with pytest.raises(ValueError, match="unknown layers"):
        settings(layers="seccomp,hope")
