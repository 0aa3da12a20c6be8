"""Where zygotes come from: started here, or connected to in a `tool-sandbox` service."""

import json
import socket
import subprocess

from dynagent.infrastructure.sandbox.cgroups import PoolMemory
from dynagent.infrastructure.sandbox.settings import SandboxSettings
from dynagent.infrastructure.sandbox.zygotes import Kind, boot_order, exec_zygote


def launcher(settings: SandboxSettings) -> "LocalLauncher | ConnectedLauncher":
    """Return how this server gets its zygotes."""
    return ConnectedLauncher(settings.socket) if settings.socket else LocalLauncher(settings)


class LocalLauncher:
    """Executes zygotes as children of this process."""

    def __init__(self, settings: SandboxSettings) -> None:
        self._settings = settings
        self._memory: PoolMemory | None = None

    @property
    def memory(self) -> str:
        """What is to be said of the memory of all calls together."""
        return self._pool_memory().text

    def close(self) -> None:
        """Remove what was made for the zygotes, which have ended."""
        if self._memory is not None:
            self._memory.remove()

    def _pool_memory(self) -> PoolMemory:
        if self._memory is None:
            self._memory = PoolMemory(self._settings.pool_bytes)
        return self._memory

    def __call__(self, kind: Kind) -> tuple[socket.socket, subprocess.Popen[bytes] | None]:
        """Start one. Raises OSError."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            return ours, exec_zygote(theirs, boot_order(kind, self._settings, self._pool_memory().group))
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()


class ConnectedLauncher:
    """Connects to a service that executes zygotes; children's channels are passed over the same socket."""

    memory = "the memory of all calls together is the service's"

    def __init__(self, path: str) -> None:
        self._path = path

    def close(self) -> None:
        """Nothing is made here."""

    def __call__(self, kind: Kind) -> tuple[socket.socket, subprocess.Popen[bytes] | None]:
        """Connect and ask for one of this kind. Raises OSError."""
        ours = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            ours.connect(self._path)
            ours.send(json.dumps({"zygote": kind}).encode())
        except BaseException:
            ours.close()
            raise
        return ours, None
