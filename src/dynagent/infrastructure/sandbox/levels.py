"""How strong the sandbox is here: the level that follows from the layers which held against their probes."""

import os
from dataclasses import dataclass
from typing import Any

_ADVICE = {
    3: "",
    2: "full isolation needs own namespaces: run as root or allow user namespaces",
    1: "run on Linux 5.13 or newer with Landlock enabled for reading paths to be confined",
    0: "there is no boundary here: run on Linux with seccomp",
}


@dataclass(frozen=True, slots=True)
class Isolation:
    """The level (0 to 3) and each layer: True, or the sentence that says why it does not count."""

    level: int
    layers: dict[str, bool | str]

    @property
    def advice(self) -> str:
        """What an operator can do for the next level; empty at the top."""
        return _ADVICE[self.level]


def isolation_of(hello: dict[str, Any]) -> Isolation:
    """Return the isolation that a zygote's report of its probes amounts to."""
    reported: dict[str, Any] = dict(hello.get("hello") or {})
    layers: dict[str, bool | str] = {
        str(layer): True if reason is True else str(reason)[:300] for layer, reason in reported.items()
    }
    held = {layer for layer, reason in layers.items() if reason is True}
    level = 0
    if {"seccomp", "limits"} <= held:
        level = 1
        if "landlock" in held:
            level = 3 if {"namespaces", "identity"} <= held else 2
    return Isolation(level, layers)


def machine() -> str:
    """Return kernel and machine, for reports."""
    system = os.uname()
    return f"{system.sysname} {system.release} {system.machine}"
