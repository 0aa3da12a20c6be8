"""Confining the reader of documents: no network, no files but the libraries, no other programs, limited memory."""

import contextlib
import ctypes
import os
import struct
import sysconfig
from collections.abc import Callable
from pathlib import Path

from dynagent.infrastructure.sandbox.inside import kernel, landlock, limits, rules

_SECCOMP = {"x86_64": 317, "aarch64": 277}
_SET_FILTER, _ALL_THREADS = 1, 1
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/etc/ld.so.cache", "/proc/self", "/sys/devices/system/cpu")


def confine(warm_up: Callable[[], None], *, memory_bytes: int, cpu_s: int, readable: list[str]) -> list[str]:
    """Confine this process for good, with all its threads; return the layers that hold.

    `warm_up` loads what must be loaded before the last layers, which allow no code to be mapped any more: it runs
    behind the first, so that threads it starts are confined too. Layers that the system refuses are left out.
    """
    held: list[str] = []
    if kernel.LINUX:
        kernel.die_with_parent()
        held += _apart(readable)
    warm_up()
    chosen = limits.of_child(address_space=_address_space(memory_bytes), cpu_s=cpu_s, own_uid=False)
    with contextlib.suppress(OSError, ValueError):
        limits.apply(chosen)
        held.append("limits")
    if kernel.LINUX:
        with contextlib.suppress(OSError, KeyError):
            _filter_calls()
            held.append("seccomp")
    return held


def _apart(readable: list[str]) -> list[str]:
    held: list[str] = []
    with contextlib.suppress(OSError):
        kernel.unshare(kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC)
        held.append("namespaces")
    with contextlib.suppress(OSError):
        limits.become(None)
        held.append("identity")
    paths = [sysconfig.get_path("stdlib"), *readable, *_LIBRARIES]
    with contextlib.suppress(OSError):
        landlock.restrict(landlock.ruleset([path for path in dict.fromkeys(paths) if Path(path).exists()]))
        held.append("landlock")
    return held


def _address_space(memory_bytes: int) -> int:
    return (limits.own_address_space() if kernel.LINUX else 0) + memory_bytes


def _filter_calls() -> None:
    """Load the sandbox's filter into all threads: parsers have started some. Raises OSError, KeyError."""
    machine = os.uname().machine
    program, own_pid_at = rules.program(machine=machine, reach="library", sockets=False)
    packed = bytearray(b"".join(struct.pack("HBBI", *instruction) for instruction in program))
    struct.pack_into("I", packed, own_pid_at * 8 + 4, os.getpid())
    code = ctypes.create_string_buffer(bytes(packed), len(packed))
    header = ctypes.c_char_p(struct.pack("HxxxxxxP", len(program), ctypes.addressof(code)))
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.syscall(_SECCOMP[machine], ctypes.c_uint(_SET_FILTER), ctypes.c_uint(_ALL_THREADS), header)
