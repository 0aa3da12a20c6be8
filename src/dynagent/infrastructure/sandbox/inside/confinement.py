"""What confines a child: prepared once by the zygote, applied by each child to itself before it reads a call."""

import contextlib
import os
import signal
import socket
from dataclasses import dataclass, field

from dynagent.infrastructure.sandbox.inside import filter as seccomp
from dynagent.infrastructure.sandbox.inside import kernel, landlock, limits, rules
from dynagent.infrastructure.sandbox.inside.filter import Reach

CHANNEL = 3
"""The descriptor under which a child has its channel; 0 to 2 are the null device."""


@dataclass(slots=True)
class Confinement:
    """The layers to apply (names as in the settings) and what they need."""

    layers: frozenset[str]
    sockets: bool
    cpu_s: int
    memory_bytes: int
    address_space: int
    uid_base: int | None
    reach: Reach = "sealed"
    ruleset: int = -1
    limits: list[tuple[int, tuple[int, int]]] = field(default_factory=list[tuple[int, tuple[int, int]]])
    loader: seccomp.Loader | None = None

    def prepare(self, readable: list[str]) -> None:
        """Make the rule set and the filter, after the root and the preloads are as the children will see them."""
        self.limits = limits.of_child(
            address_space=self.address_space, cpu_s=self.cpu_s, own_uid=self.uid_base is not None
        )
        if "landlock" in self.layers:
            self.ruleset = landlock.ruleset(readable)
        # Landlock alone lets a tool know that a path exists (stat): only an own root makes path calls harmless.
        self.reach = "library" if "namespaces" in self.layers else "sealed"
        if "seccomp" in self.layers:
            program = rules.program(machine=os.uname().machine, reach=self.reach, sockets=self.sockets)
            self.loader = seccomp.Loader(*program)

    def enter(self, channel: socket.socket, slot: int, layers: frozenset[str] | None = None) -> socket.socket:
        """Confine this process for good, the filter last; return the channel under its new number. Raises OSError."""
        chosen = self.layers if layers is None else layers
        inside = self._detach(channel)
        if "limits" in chosen:
            limits.apply(self.limits)
        if "identity" in chosen:
            limits.become(None if self.uid_base is None else self.uid_base + slot)
        if kernel.LINUX:
            kernel.die_with_parent()  # the change of uid has cleared it
        if "landlock" in chosen:
            landlock.restrict(self.ruleset)
        os.closerange(CHANNEL + 1, 1024 if "limits" not in chosen else max(1024, self.ruleset + 1))
        if "seccomp" in chosen and self.loader is not None:
            self.loader.load(os.getpid())
        return inside

    def _detach(self, channel: socket.socket) -> socket.socket:
        signal.set_wakeup_fd(-1)
        with contextlib.suppress(OSError):
            os.setsid()
        if kernel.LINUX:
            kernel.die_with_parent()
        if self.ruleset == CHANNEL:
            self.ruleset = os.dup(self.ruleset)
        os.dup2(channel.fileno(), CHANNEL, inheritable=False)
        if channel.fileno() == CHANNEL:
            channel.detach()
        return socket.socket(fileno=CHANNEL)
