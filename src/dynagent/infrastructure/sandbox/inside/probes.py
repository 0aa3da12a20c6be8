"""Each layer is tried alone in a scratch child and then attacked; it counts only when the attack is refused."""

import errno
import os
import resource
import signal
import socket
from collections.abc import Callable
from pathlib import Path

from dynagent.infrastructure.sandbox.inside import frames, landlock, namespaces
from dynagent.infrastructure.sandbox.inside.confinement import Confinement

_OUTSIDE = ("/etc/passwd", "/proc/version", "/etc/hostname")
_CANARIES = (namespaces.CANARY, *_OUTSIDE)


def attack_layers(confinement: Confinement) -> dict[str, str | None]:
    """Return layer → None when it held alone against its attack, or the sentence that says why it does not count."""
    report: dict[str, str | None] = {}
    for layer, attack in _ATTACKS.items():
        if layer not in confinement.layers:
            report[layer] = "switched off in the settings"
        elif layer == "landlock" and not landlock.abi():
            report[layer] = "this kernel has no Landlock (5.13 or newer with the module enabled has)"
        else:
            report[layer] = _try(confinement, frozenset((layer,)), attack, killed=layer == "seccomp")
    return report


def attack_together(confinement: Confinement) -> str | None:
    """Attack a child with all layers; return None when everything was refused."""
    return _try(confinement, confinement.layers, _everything, killed="seccomp" in confinement.layers)


def _try(
    confinement: Confinement, layers: frozenset[str], attack: Callable[[Confinement], str | None], *, killed: bool
) -> str | None:
    """Fork, confine with `layers`, attack; with `killed`, a last execve must end the child by SIGSYS."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        _scratch(confinement, theirs, layers, attack, killed=killed)
    theirs.close()
    try:
        message = str(frames.receive(ours)[0].get("held", ""))
    except frames.Closed:
        message = "the scratch child died"
    finally:
        ours.close()
    status = os.waitpid(pid, 0)[1]
    if not message and killed and not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGSYS):
        message = "execve did not end the process"
    return message or None


def _scratch(
    confinement: Confinement,
    channel: socket.socket,
    layers: frozenset[str],
    attack: Callable[[Confinement], str | None],
    *,
    killed: bool,
) -> None:
    answer = "the layer could not be applied"
    inside = channel
    try:
        inside = confinement.enter(channel, 0, layers)
        answer = attack(confinement) or ""
    except Exception as error:
        answer = f"cannot be applied: {type(error).__name__}: {error}"
    finally:
        frames.send(inside, {"held": answer})
        if killed:
            os.execv("/proc/self/exe", ["none"])  # noqa: S606  # it must be refused
        os._exit(0)


def _attack_seccomp(_: Confinement) -> str | None:
    return (
        _refused("a netlink socket", lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).close())
        or _refused("a datagram pair", lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))
        or _refused("a fork", _fork)
        or _refused("a file for writing", lambda: os.open("/tmp/probe", os.O_WRONLY | os.O_CREAT))  # noqa: S108
        or _refused("a listening socket", _listen)
    )


def _attack_landlock(_: Confinement) -> str | None:
    for path in _CANARIES:
        if os.access(path, os.R_OK):
            return _refused(f"reading {path}", lambda path=path: os.close(os.open(path, os.O_RDONLY)))
    return "there was no canary to read"


def _attack_namespaces(_: Confinement) -> str | None:
    seen = [path for path in _OUTSIDE if Path(path).exists()]
    if seen:
        return f"{seen[0]} of the host is visible"
    if os.getppid() != 1:
        return "processes of the host are visible"
    return _refused("a way to the network", _reach_out)


def _attack_identity(confinement: Confinement) -> str | None:
    if confinement.uid_base is not None and os.getuid() != confinement.uid_base:
        return "the identity did not change"
    return _refused("chroot", lambda: os.chroot("/")) or (
        _refused("becoming root", lambda: os.setuid(0)) if os.getuid() else None
    )


def _attack_limits(confinement: Confinement) -> str | None:
    try:
        waste = bytearray(confinement.memory_bytes + (64 << 20))
    except MemoryError:
        waste = None
    if waste is not None:
        return "more memory than the limit was given"
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 64:
        return "more descriptors than the limit are allowed"
    return None


def _everything(confinement: Confinement) -> str | None:
    if "seccomp" in confinement.layers and (held := _attack_seccomp(confinement)):
        return held
    if confinement.layers & {"landlock", "namespaces", "seccomp"}:
        for path in _CANARIES if confinement.reach == "sealed" or "landlock" in confinement.layers else _OUTSIDE:
            if held := _refused(f"reading {path}", lambda path=path: os.close(os.open(path, os.O_RDONLY))):
                return held
    return _refused("a connection", _reach_out) if "seccomp" in confinement.layers else None


def _refused(what: str, attempt: Callable[[], object]) -> str | None:
    try:
        attempt()
    except OSError:
        return None
    return f"{what} was not refused"


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _listen() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()


def _reach_out() -> None:
    """Connect to this machine: nothing listens there, so a refusal by the peer means that the way is open."""
    with socket.socket() as client:
        try:
            client.connect(("127.0.0.1", 9))
        except ConnectionRefusedError:
            return
        except OSError as error:
            if error.errno in (errno.EPERM, errno.EACCES, errno.ENETUNREACH, errno.EAFNOSUPPORT):
                raise


_ATTACKS: dict[str, Callable[[Confinement], str | None]] = {
    "seccomp": _attack_seccomp,
    "landlock": _attack_landlock,
    "namespaces": _attack_namespaces,
    "identity": _attack_identity,
    "limits": _attack_limits,
}
