"""Resource limits and identity of one child."""

import os
import resource
import threading
from pathlib import Path

from dynagent.infrastructure.sandbox.inside import kernel

_STACK_OF_THREAD = 1 << 20
_OPEN_FILES = 64
_PROCESSES_OF_ONE_UID = 64
_PROCESSES_SHARED = 4096


def own_address_space() -> int:
    """Return this process's virtual size in bytes; a child may have that plus its memory limit."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def of_child(*, address_space: int, cpu_s: int, own_uid: bool) -> list[tuple[int, tuple[int, int]]]:
    """Return the limits of a child, (kind, (soft, hard)), none above this process's own; threads get small stacks."""
    threading.stack_size(_STACK_OF_THREAD)
    wanted = (
        (resource.RLIMIT_AS, address_space, address_space),
        # SIGXCPU comes one second before SIGKILL.
        (resource.RLIMIT_CPU, cpu_s, cpu_s + 1),
        (resource.RLIMIT_NOFILE, _OPEN_FILES, _OPEN_FILES),
        # The kernel counts per uid: with a shared one, siblings and the user's other processes count too.
        (resource.RLIMIT_NPROC, *[_PROCESSES_OF_ONE_UID if own_uid else _PROCESSES_SHARED] * 2),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_MEMLOCK, 0, 0),
    )
    chosen: list[tuple[int, tuple[int, int]]] = []
    for kind, soft, hard in wanted:
        ceiling = resource.getrlimit(kind)[1]
        above = soft + hard if ceiling == resource.RLIM_INFINITY else ceiling
        chosen.append((kind, (min(soft, above), min(hard, above))))
    return chosen


def apply(chosen: list[tuple[int, tuple[int, int]]]) -> None:
    """Set the limits of this process for good. Raises OSError, ValueError."""
    for kind, pair in chosen:
        resource.setrlimit(kind, pair)


def become(uid: int | None) -> None:
    """Take the identity `uid` (None: keep the own one) and drop every capability. Raises OSError."""
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    kernel.drop_capabilities()
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
