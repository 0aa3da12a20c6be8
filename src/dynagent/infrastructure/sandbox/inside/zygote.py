"""The fork server: boots, confines itself, proves its layers, then forks children on request and reports their ends.

It never runs tool code and never sees arguments, secrets or results; its only peer is the server, over one
SEQPACKET socket whose end of file is its own end.
"""

import gc
import json
import os
import select
import signal
import socket
import sys
import sysconfig
import time
from pathlib import Path
from typing import Any

from dynagent.infrastructure.sandbox.inside import bases, child, kernel, limits, namespaces, preloads, probes
from dynagent.infrastructure.sandbox.inside.confinement import Confinement

_MESSAGE_LIMIT = 1 << 16
_TRUST_AND_TIME = (
    "/etc/ssl/certs",
    "/etc/ssl/cert.pem",
    "/usr/lib/ssl",
    "/usr/share/zoneinfo",
    "/usr/share/ca-certificates",
)


def main(control: socket.socket, order: dict[str, Any]) -> None:
    """Boot as ordered, serve until the control socket ends."""
    started = time.monotonic()
    sys.path.extend(order["paths"])
    gc.disable()
    preloads.standard()
    failed = preloads.libraries(order["libraries"]) if order["sockets"] else {}
    bases.provide()
    _one_thread()
    confinement = _confinement(order)
    missing = _own_namespaces(control, confinement)
    report = _prove(confinement) | missing
    if confinement.reach == "sealed":
        _load_what_comes_late(confinement, order)
    child.rehearse()
    gc.collect()
    gc.freeze()
    hello = {
        "hello": {layer: reason or True for layer, reason in report.items()},
        "failed": failed,
        "reach": confinement.reach,
        "boot_ms": (time.monotonic() - started) * 1000,
    }
    control.send(json.dumps(hello).encode())
    Server(control, confinement).serve()


def _load_what_comes_late(confinement: Confinement, order: dict[str, Any]) -> None:
    """Load what children would open files for; they have more address space to begin with then."""
    preloads.whole(order["libraries"] if order["sockets"] else [])
    _one_thread()
    if kernel.LINUX:
        confinement.address_space = limits.own_address_space() + confinement.memory_bytes
        confinement.prepare(_readable())


def _confinement(order: dict[str, Any]) -> Confinement:
    base: int | None = order["uid_base"] if os.geteuid() == 0 else None
    return Confinement(
        layers=frozenset(order["layers"]),
        sockets=bool(order["sockets"]),
        cpu_s=int(order["cpu_s"]),
        memory_bytes=int(order["memory_bytes"]),
        address_space=limits.own_address_space() + int(order["memory_bytes"]) if kernel.LINUX else 0,
        # Zygotes on one machine start at different places, so that their children do not count as one user.
        uid_base=None if base is None else base + os.getpid() % 32 * 256,
    )


def _own_namespaces(control: socket.socket, confinement: Confinement) -> dict[str, str | None]:
    """Enter them where they are to be had; the process that goes on is then a fork, pid 1 of its own world."""
    if "namespaces" not in confinement.layers:
        return {}
    readable = _readable()
    if reason := namespaces.refusal(readable):
        confinement.layers -= {"namespaces"}
        return {"namespaces": reason}
    how = namespaces.enter(readable)
    pid = os.fork()
    if pid:
        control.close()
        os.waitpid(pid, 0)
        os._exit(0)
    kernel.die_with_parent()
    if how == "user":
        confinement.uid_base = None
    return {}


def _prove(confinement: Confinement) -> dict[str, str | None]:
    """Apply and attack each layer alone, go on with those that held, then attack all of them together."""
    confinement.prepare(_readable())
    report = probes.attack_layers(confinement)
    if report["identity"] and confinement.uid_base is not None:
        confinement.uid_base = None
        report["identity"] = probes.attack_layers(confinement)["identity"]
    confinement.layers = frozenset(layer for layer, reason in report.items() if reason is None)
    confinement.prepare(_readable())
    if held := probes.attack_together(confinement):
        confinement.layers = frozenset()
        report.update((layer, f"all layers together: {held}") for layer in list(report))
    if kernel.LINUX:
        retained = (kernel.CAP_KILL, kernel.CAP_SETUID, kernel.CAP_SETGID)
        kernel.keep_capabilities(retained if confinement.uid_base is not None else ())
    return report


def _readable() -> list[str]:
    """Return what children may read: the libraries on the path, trust anchors, time zones; resolved, no doubles."""
    paths = [sysconfig.get_path("stdlib"), *[path for path in sys.path if path.endswith("site-packages")]]
    return [path for path in dict.fromkeys([*paths, *_TRUST_AND_TIME]) if path and Path(path).exists()]


def _one_thread() -> None:
    if kernel.LINUX and len(list(Path("/proc/self/task").iterdir())) != 1:
        raise RuntimeError("a preloaded library has started a thread: it cannot be preloaded")


def _only_wake(_number: int, _frame: object) -> None:
    """Let the wake-up descriptor do the work."""


class Server:
    """Forks on `spawn`, kills on `kill`, tells of every end with what `wait4` says."""

    def __init__(self, control: socket.socket, confinement: Confinement) -> None:
        self._control, self._confinement = control, confinement
        self._slots: dict[int, int] = {}
        self._wake, self._woken = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(self._woken, False)

    def serve(self) -> None:
        """Work until the control socket ends, then kill what is left."""
        signal.signal(signal.SIGCHLD, _only_wake)
        signal.set_wakeup_fd(self._woken)
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(self._wake, select.POLLIN)
        while True:
            for descriptor, _ in poll.poll():
                if descriptor == self._wake:
                    os.read(self._wake, 4096)
                    self._reap()
                elif not self._order():
                    self._kill_all()
                    os._exit(0)

    def _order(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self._control, _MESSAGE_LIMIT, 1)
        if not message:
            return False
        order = json.loads(message)
        if order["op"] == "spawn" and descriptors:
            self._spawn(int(order["slot"]), descriptors[0])
        elif order["op"] == "kill":
            self._kill(int(order["slot"]))
        return True

    def _spawn(self, slot: int, descriptor: int) -> None:
        try:
            pid = os.fork()
        except OSError:
            os.close(descriptor)
            self._report({"exit": slot, "status": 0, "cpu_ms": 0, "peak_kb": 0})
            return
        if pid == 0:
            self._control.detach()
            child.main(socket.socket(fileno=descriptor), slot, self._confinement)
        os.close(descriptor)
        self._slots[pid] = slot

    def _kill(self, slot: int) -> None:
        for pid, taken in self._slots.items():
            if taken == slot:
                os.kill(pid, signal.SIGKILL)

    def _kill_all(self) -> None:
        for pid in self._slots:
            os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        while True:
            try:
                pid, status, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            slot = self._slots.pop(pid, None)
            if slot is not None:
                cpu = (used.ru_utime + used.ru_stime) * 1000
                self._report({"exit": slot, "status": status, "cpu_ms": cpu, "peak_kb": used.ru_maxrss})

    def _report(self, message: dict[str, Any]) -> None:
        self._control.send(json.dumps(message).encode())
