"""The few Linux calls that Python has no function for, through the C library. Errors are raised as OSError."""

import ctypes
import os
import sys
from typing import Any

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_MODE_FILTER = 2

CAP_KILL = 5
CAP_SETGID = 6
CAP_SETUID = 7
_LAST_CAP = 40
_CAPABILITY_VERSION_3 = 0x20080522

MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REMOUNT = 32
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MNT_DETACH = 2

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

# Where a call has no wrapper in the C library it goes by number; these are the same on x86-64 and aarch64 from 424 on.
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}

_CAPABILITY_HEADER = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
_NO_CAPABILITIES = (ctypes.c_uint32 * 6)()

LINUX = sys.platform == "linux"
_libc: Any = ctypes.CDLL(None, use_errno=True) if LINUX else None
if LINUX:
    _libc.syscall.restype = ctypes.c_long


def syscall(number: int, *arguments: Any) -> int:
    """Make one system call and return its result. Raises OSError."""
    return _checked(_libc.syscall(ctypes.c_long(number), *arguments))


def prctl(option: int, argument: Any = 0, third: Any = 0) -> int:
    """Set or read an attribute of the process. Raises OSError."""
    return _checked(
        _libc.prctl(ctypes.c_int(option), _word(argument), _word(third), ctypes.c_ulong(0), ctypes.c_ulong(0))
    )


def unshare(flags: int) -> None:
    """Leave the shared namespaces named by `flags`. Raises OSError."""
    _checked(_libc.unshare(ctypes.c_int(flags)))


def mount(source: str, target: str, *, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Mount as mount(2) does. Raises OSError."""
    _checked(
        _libc.mount(
            source.encode() or None,
            target.encode(),
            kind.encode() or None,
            ctypes.c_ulong(flags),
            options.encode() or None,
        )
    )


def unmount_later(target: str) -> None:
    """Detach a mount; it goes when nobody uses it. Raises OSError."""
    _checked(_libc.umount2(target.encode(), ctypes.c_int(MNT_DETACH)))


def pivot_root(new: str, old: str) -> None:
    """Swap the root mount. Raises OSError, also for a machine whose number is not known here."""
    number = _PIVOT_ROOT.get(os.uname().machine)
    if number is None:
        raise OSError("pivot_root is not known for this machine")
    syscall(number, ctypes.c_char_p(new.encode()), ctypes.c_char_p(old.encode()))


def die_with_parent() -> None:
    """Ask for SIGKILL when the parent ends; a change of uid clears this."""
    prctl(PR_SET_PDEATHSIG, 9)


def keep_capabilities(retained: tuple[int, ...]) -> None:
    """Drop all capabilities but `kept`, from the bounding set too where that is allowed. Raises OSError."""
    for capability in range(_LAST_CAP + 1):
        if capability not in retained:
            try:
                prctl(PR_CAPBSET_DROP, capability)
            except OSError:
                break
    bits = sum(1 << capability for capability in retained)
    low, high = bits & 0xFFFFFFFF, bits >> 32
    _checked(_libc.capset(_CAPABILITY_HEADER, (ctypes.c_uint32 * 6)(low, low, 0, high, high, 0)))


def drop_capabilities() -> None:
    """Drop every capability; with no-new-privileges nothing brings one back. Raises OSError."""
    _checked(_libc.capset(_CAPABILITY_HEADER, _NO_CAPABILITIES))


def _word(argument: Any) -> Any:
    return ctypes.c_ulong(argument) if isinstance(argument, int) else argument


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
