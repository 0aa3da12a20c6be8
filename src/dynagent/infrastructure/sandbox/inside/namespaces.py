"""Own namespaces and an empty root, made once per zygote: as root directly, else inside a user namespace."""

import os
from pathlib import Path

from dynagent.infrastructure.sandbox.inside import kernel

_SEPARATE = kernel.CLONE_NEWNS | kernel.CLONE_NEWPID | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS
_RETAINED_FLAGS = {os.ST_NOSUID: kernel.MS_NOSUID, os.ST_NODEV: kernel.MS_NODEV, os.ST_NOEXEC: kernel.MS_NOEXEC}
CANARY = "/canary"
"""A file in the own root that nothing grants: probes must fail to open it."""


def refusal(readable: list[str]) -> str | None:
    """Try `enter` in a child that ends at once; return why it fails, or None when it works."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        text = "the trial ended early"
        try:
            enter(readable)
            text = ""
        except (OSError, StopIteration) as error:
            text = f"namespaces are refused: {error}"
        finally:
            os.write(writer, text.encode())
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as answers:
        text = answers.read().decode()
    status = os.waitpid(pid, 0)[1]
    return text or (None if status == 0 else "the trial process died")


def enter(readable: list[str]) -> str:
    """Move this process into new namespaces with a root that holds only `readable`; the next fork gets pid 1.

    Returns how: "root" or "user". Raises OSError; some changes may have been made then, so ask `refusal` first.
    """
    how = _separate()
    kernel.mount("none", "/", flags=kernel.MS_REC | kernel.MS_PRIVATE)
    _empty_root(readable)
    return how


def _separate() -> str:
    if os.geteuid() == 0:
        try:
            kernel.unshare(_SEPARATE)
        except PermissionError:
            pass
        else:
            return "root"
    uid, gid = os.geteuid(), os.getegid()
    kernel.unshare(_SEPARATE | kernel.CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    return "user"


def _empty_root(readable: list[str]) -> None:
    """Build a root of read-only binds on a tmpfs and swap to it. The sources are opened before they are covered."""
    opened = [
        (path, Path(path).is_dir(), os.open(path, os.O_PATH | os.O_CLOEXEC)) for path in readable if Path(path).exists()
    ]
    place = next(folder for folder in ("/tmp", "/mnt", "/var") if Path(folder).is_dir())  # noqa: S108
    kernel.mount("tmpfs", place, kind="tmpfs", flags=kernel.MS_NOSUID | kernel.MS_NODEV, options="mode=0755,size=1m")
    os.chdir(place)
    for path, folder, descriptor in opened:
        _bind(f"/proc/self/fd/{descriptor}", place + path, folder=folder)
        os.close(descriptor)
    Path(place + CANARY).write_text("the sandbox leaks if this is read")
    kernel.mount("", place, flags=kernel.MS_REMOUNT | kernel.MS_RDONLY | kernel.MS_NOSUID | kernel.MS_NODEV)
    os.chdir(place)
    kernel.pivot_root(".", ".")
    kernel.unmount_later(".")
    os.chdir("/")


def _bind(source: str, target: str, *, folder: bool) -> None:
    point = Path(target)
    (point if folder else point.parent).mkdir(parents=True, exist_ok=True, mode=0o755)
    if not folder:
        point.touch()
    retained = os.statvfs(source).f_flag
    kernel.mount(source, target, flags=kernel.MS_BIND | kernel.MS_REC)
    flags = kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_RDONLY | kernel.MS_NOSUID | kernel.MS_NODEV
    # A mount inherited from outside a user namespace keeps its restrictions; dropping one would be refused.
    flags |= sum(bit for seen, bit in _RETAINED_FLAGS.items() if retained & seen and not flags & bit)
    kernel.mount("", target, flags=flags)
