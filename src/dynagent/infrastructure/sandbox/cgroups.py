"""A memory limit for all children together, where a cgroup (version 2) has been delegated to this server.

Delegated is what systemd marks so (`Delegate=yes`), or a root that this process may write to, as in some containers.
Elsewhere each child has its own limit only, and the number of calls at once keeps their sum below the machine's memory.
"""

import contextlib
import os
from pathlib import Path

_MOUNT = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")
_GROUP = "dynagent-tools-"
_SELF = "dynagent-server"
_MOVES = 5
_MARKS = ("user.delegate", "trusted.delegate")


class PoolMemory:
    """One group for the zygotes of this process; `group` is None where there can be none, `reason` says why then."""

    def __init__(self, limit_bytes: int, *, mount: Path = _MOUNT, own: Path = _OWN) -> None:
        self.limit_bytes = limit_bytes
        self.group: Path | None = None
        self.reason = ""
        try:
            self.group = _made(_base(mount, own), limit_bytes)
        except OSError as error:
            self.reason = f"no memory limit for all calls together: {error.strerror or error}"

    @property
    def text(self) -> str:
        """What reports say of it."""
        return f"all calls together have {self.limit_bytes >> 20} MB" if self.group else self.reason

    def remove(self) -> None:
        """Remove the group once its processes are gone; the next start removes what could not be removed."""
        if self.group is not None:
            with contextlib.suppress(OSError):
                self.group.rmdir()


def _base(mount: Path, own: Path) -> Path:
    if not (mount / "cgroup.controllers").exists():
        raise OSError("there is no cgroup of version 2 here")
    lines = own.read_text().splitlines()
    path = next((line.removeprefix("0::") for line in lines if line.startswith("0::")), "/")
    base = mount / path.strip("/")
    if path != "/" and not _is_delegated(base):
        raise OSError("this server's cgroup is not delegated to it (systemd: Delegate=yes)")
    if "memory" not in (base / "cgroup.controllers").read_text().split():
        raise OSError("the memory controller is not delegated to this server's cgroup")
    return base


def _is_delegated(base: Path) -> bool:
    for mark in _MARKS:
        with contextlib.suppress(OSError):
            if os.getxattr(base, mark) == b"1":
                return True
    return False


def _made(base: Path, limit_bytes: int) -> Path:
    """Return a new group below `base` with the limit. Raises OSError, nothing but empty groups left behind."""
    for old in base.glob(f"{_GROUP}*"):
        with contextlib.suppress(OSError):
            old.rmdir()  # works only for those whose processes are gone
    _hand_on_memory(base)
    group = base / f"{_GROUP}{os.getpid()}"
    group.mkdir(exist_ok=True)
    (group / "memory.max").write_text(str(limit_bytes))
    with contextlib.suppress(OSError):
        (group / "memory.swap.max").write_text("0")
    return group


def _hand_on_memory(base: Path) -> None:
    """Let groups below `base` have limits of memory; a group that holds processes itself may not, so they move down."""
    control = base / "cgroup.subtree_control"
    if "memory" in control.read_text().split():
        return
    try:
        control.write_text("+memory")
    except OSError:
        _move_down(base, base / _SELF)
        control.write_text("+memory")


def _move_down(base: Path, place: Path) -> None:
    place.mkdir(exist_ok=True)
    for _ in range(_MOVES):  # what is moved may have forked meanwhile
        pids = (base / "cgroup.procs").read_text().split()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                (place / "cgroup.procs").write_text(pid)
        if not pids:
            return
