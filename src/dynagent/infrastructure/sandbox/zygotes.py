"""A zygote as the server sees it: a process (or a connection to one), its hello, its children by slot."""

import asyncio
import json
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from dynagent.infrastructure.sandbox.inside import start
from dynagent.infrastructure.sandbox.settings import SandboxSettings

Kind = Literal["core", "full"]
"""`core` has the standard library only, `full` the third-party libraries and TCP sockets too."""

_ENVIRONMENT = {"LANG": "C.UTF-8", "HOME": "/", "TZ": "UTC", "MALLOC_ARENA_MAX": "1"}
_MESSAGE_LIMIT = 1 << 16
_SLOTS = 256


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child's process ended, as `wait4` told the zygote; `status` is None when the zygote itself is gone."""

    status: int | None
    cpu_ms: float = 0.0
    peak_kb: int = 0


class Launcher(Protocol):
    """Starts a zygote and returns the control socket; the process too when it is ours."""

    def __call__(self, kind: Kind) -> tuple[socket.socket, subprocess.Popen[bytes] | None]:
        """Return at once; the zygote boots meanwhile. Raises OSError."""
        ...


def boot_order(kind: Kind, settings: SandboxSettings, group: Path | None = None) -> dict[str, Any]:
    """Return the first message to a zygote; `group` is the cgroup that it joins."""
    return {
        "paths": list(dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib")))),
        "libraries": settings.installed_libraries if kind == "full" else [],
        "sockets": kind == "full",
        "layers": list(settings.layers),
        "cpu_s": settings.cpu_s,
        "memory_bytes": settings.memory_mb << 20,
        "uid_base": settings.uid_base,
        "group": str(group) if group else None,
    }


def exec_zygote(control: socket.socket, order: dict[str, Any]) -> subprocess.Popen[bytes]:
    """Start the process on one end of a control socket and send the order; the socket's copy here is not closed."""
    return subprocess.Popen(
        [
            sys.executable,
            "-I",
            "-S",
            "-B",
            str(Path(start.__file__).resolve()),
            str(control.fileno()),
            json.dumps(order),
        ],
        pass_fds=(control.fileno(),),
        env=_ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )


class Zygote:
    """Spawns and kills children by slot and tells when they end; `lost` is set when the other side is gone."""

    def __init__(self, control: socket.socket, process: subprocess.Popen[bytes] | None) -> None:
        self._control, self._process = control, process
        self._loop = asyncio.get_running_loop()
        self._slots = list(range(_SLOTS - 1, -1, -1))
        self._ends: dict[int, Callable[[Ended], None]] = {}
        self.hello: asyncio.Future[dict[str, Any]] = self._loop.create_future()
        self.lost: asyncio.Future[None] = self._loop.create_future()
        self.forks = 0
        control.setblocking(False)
        self._loop.add_reader(control.fileno(), self._read)

    @property
    def children(self) -> int:
        """How many children have not ended yet."""
        return len(self._ends)

    def spawn(self, channel: socket.socket, ended: Callable[[Ended], None]) -> int | None:
        """Ask for a child with this end of a channel; return its slot, or None when none is free or it is gone."""
        if not self._slots or self.lost.done():
            return None
        slot = self._slots.pop()
        try:
            socket.send_fds(self._control, [json.dumps({"op": "spawn", "slot": slot}).encode()], [channel.fileno()])
        except OSError:
            self._slots.append(slot)
            return None
        self._ends[slot] = ended
        self.forks += 1
        return slot

    def kill(self, slot: int) -> None:
        """End a child by SIGKILL; its end is told as usual."""
        if not self.lost.done():
            try:
                self._control.send(json.dumps({"op": "kill", "slot": slot}).encode())
            except OSError:
                self._lose()

    def close(self) -> None:
        """Let the zygote go, and its children with it."""
        self._lose()

    async def gone(self) -> None:
        """Wait until our process has ended; it is killed after half a second."""
        if self._process is None:
            return
        for _ in range(50):
            if self._process.poll() is not None:
                return
            await asyncio.sleep(0.01)
        self._process.kill()
        self._process.wait()

    def _read(self) -> None:
        while True:
            try:
                data = self._control.recv(_MESSAGE_LIMIT)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._lose()
                return
            self._heed(json.loads(data))

    def _heed(self, message: dict[str, Any]) -> None:
        if "exit" in message:
            slot = int(message["exit"])
            self._slots.append(slot)
            if ended := self._ends.pop(slot, None):
                ended(Ended(int(message["status"]), float(message["cpu_ms"]), int(message["peak_kb"])))
        elif not self.hello.done():
            if "broken" in message:
                self.hello.set_exception(OSError(str(message["broken"])))
            else:
                self.hello.set_result(message)

    def _lose(self) -> None:
        if self.lost.done():
            return
        self._loop.remove_reader(self._control.fileno())
        self._control.close()
        self.lost.set_result(None)
        if not self.hello.done():
            self.hello.set_exception(OSError("the zygote ended before it was ready"))
            self.hello.exception()
        ends, self._ends = list(self._ends.values()), {}
        for ended in ends:
            ended(Ended(None))
