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


def apply(*, address_space: int, cpu_s: int, own_uid: bool) -> None:
    """Set the limits of this process, soft and hard (SIGXCPU comes one second before SIGKILL). Raises OSError."""
    threading.stack_size(_STACK_OF_THREAD)
    for kind, soft, hard in (
        (resource.RLIMIT_AS, address_space, address_space),
        (resource.RLIMIT_CPU, cpu_s, cpu_s + 1),
        (resource.RLIMIT_NOFILE, _OPEN_FILES, _OPEN_FILES),
        # The kernel counts per uid: with a shared one, siblings and the user's other processes count too.
        (resource.RLIMIT_NPROC, *[_PROCESSES_OF_ONE_UID if own_uid else _PROCESSES_SHARED] * 2),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_MEMLOCK, 0, 0),
    ):
        ceiling = resource.getrlimit(kind)[1]
        if ceiling != resource.RLIM_INFINITY:
            soft, hard = min(soft, ceiling), min(hard, ceiling)
        resource.setrlimit(kind, (soft, hard))


def become(uid: int | None) -> None:
    """Take the identity `uid` (None: keep the own one) and drop every capability. Raises OSError."""
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    kernel.keep_capabilities(())
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
