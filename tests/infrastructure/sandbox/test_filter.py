"""The filter, simulated over all numbers for both machines, and met by raw system calls from inside."""

import ctypes
import errno
import os
import platform
from pathlib import Path

import pytest

from dynagent.infrastructure.sandbox.inside import filter as seccomp
from dynagent.infrastructure.sandbox.inside import rules
from dynagent.infrastructure.sandbox.inside.filter import ALLOW, ENOSYS, EPERM, KILL
from dynagent.infrastructure.sandbox.inside.syscalls import AUDIT_ARCH, NEWEST, NUMBERS
from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox
from tests.infrastructure.sandbox.toolbox import run, smuggle

MACHINES = ("x86_64", "aarch64")
_MY_PID = 4242


def asked(name: str, *arguments: int, machine: str = "x86_64", reach: str = "library", sockets: bool = False) -> int:
    program, at = rules.program(machine=machine, reach=reach, sockets=sockets)  # pyright: ignore[reportArgumentType]
    code = program[at]
    program[at] = (code[0], code[1], code[2], _MY_PID)
    number = NUMBERS[machine][name]
    return seccomp.verdict(program, arch=AUDIT_ARCH[machine], number=number, arguments=arguments)[0]


@pytest.mark.parametrize("machine", MACHINES)
def test_every_number_has_a_verdict_within_few_steps(machine: str) -> None:
    program, _ = rules.program(machine=machine, reach="library", sockets=True)
    answers = [seccomp.verdict(program, arch=AUDIT_ARCH[machine], number=number) for number in range(1200)]
    assert max(steps for _, steps in answers) <= 24
    assert {verdict for verdict, _ in answers} <= {ALLOW, EPERM, ENOSYS, KILL}
    assert sum(verdict == ALLOW for verdict, _ in answers) < 100
    assert {verdict for verdict, _ in answers[NEWEST + 1 :]} == {ENOSYS}
    assert len(program) < 600


@pytest.mark.parametrize("machine", MACHINES)
def test_other_machines_and_x32_are_killed(machine: str) -> None:
    program, _ = rules.program(machine=machine, reach="library", sockets=True)
    other = next(arch for name, arch in AUDIT_ARCH.items() if name != machine)
    assert seccomp.verdict(program, arch=other, number=NUMBERS[machine]["read"])[0] == KILL
    assert seccomp.verdict(program, arch=AUDIT_ARCH[machine], number=0x40000000)[0] == KILL


@pytest.mark.parametrize("machine", MACHINES)
def test_what_no_tool_may_ever_do(machine: str) -> None:
    for name in ("connect", "bind", "listen", "accept", "kill", "sendmmsg"):
        assert asked(name, machine=machine, sockets=True) == EPERM, name
    for name in ("execve", "ptrace", "unshare", "mount", "bpf", "io_uring_setup", "memfd_create", "process_vm_readv"):
        assert asked(name, machine=machine, sockets=True) == KILL, name
    assert asked("clone3", machine=machine) == ENOSYS


THREAD = 0x3D0F00
CHECKED = [
    (("mmap", 0, 4096, 3), ALLOW), (("mmap", 0, 4096, 7), EPERM), (("mprotect", 0, 4096, 4), EPERM),
    (("clone", THREAD), ALLOW), (("clone", 17), EPERM), (("clone", THREAD | 0x10000000), EPERM),
    (("clone", 0x4100), EPERM),
    (("fcntl", 1, 3), ALLOW), (("fcntl", 1, 1024), EPERM), (("ioctl", 1, 0x5421), ALLOW), (("ioctl", 1, 0x5412), EPERM),
    (("prlimit64", 0, 7, 0), ALLOW), (("prlimit64", 0, 7, 1), EPERM), (("prlimit64", 0, 7, 1 << 32), EPERM),
    (("prlimit64", 1, 7, 0), EPERM), (("tgkill", _MY_PID, 1, 9), ALLOW), (("tgkill", 1, 1, 9), EPERM),
    (("socketpair", 1, 1), ALLOW), (("socketpair", 1, 0x80801), ALLOW), (("socketpair", 1, 2), EPERM),
    (("socketpair", 1, 5), EPERM),
    (("sendto", 3, 0, 0, 0, 0), ALLOW), (("sendto", 3, 0, 0, 0, 1), EPERM), (("sendto", 3, 0, 0, 0, 1 << 40), EPERM),
    (("sendmsg", 3, 0, 0), ALLOW), (("sendmsg", 3, 0, 0x20000000), EPERM),
    (("setsockopt", 3, 1, 9), ALLOW), (("setsockopt", 3, 1, 26), EPERM), (("setsockopt", 3, 6, 1), ALLOW),
    (("setsockopt", 3, 6, 23), EPERM), (("setsockopt", 3, 41, 1), EPERM),
    (("openat", 0, 0, 0), ALLOW), (("openat", 0, 0, 0o2000000), ALLOW), (("openat", 0, 0, 1), EPERM),
    (("openat", 0, 0, 2), EPERM), (("openat", 0, 0, 0o100), EPERM), (("openat", 0, 0, 0o20200000), EPERM),
]  # fmt: skip


@pytest.mark.parametrize(("call", "expected"), CHECKED, ids=[str(call) for call, _ in CHECKED])
@pytest.mark.parametrize("machine", MACHINES)
def test_arguments_are_checked(machine: str, call: tuple[str, *tuple[int, ...]], expected: int) -> None:
    assert asked(*call, machine=machine) == expected


@pytest.mark.parametrize("machine", MACHINES)
def test_sockets_are_tcp_and_only_for_network_tools(machine: str) -> None:
    assert asked("socket", 2, 1, 0, machine=machine) == EPERM
    assert asked("socket", 2, 1 | 0o2004000, 6, machine=machine, sockets=True) == ALLOW
    for wrong in ((2, 2, 0), (2, 3, 6), (2, 1, 132), (1, 1, 0), (16, 3, 0), (40, 1, 0), (17, 3, 0)):
        assert asked("socket", *wrong, machine=machine, sockets=True) == EPERM, wrong


@pytest.mark.parametrize("machine", MACHINES)
def test_sealed_means_no_path_call_at_all(machine: str) -> None:
    for name in ("openat", "newfstatat", "statx", "readlinkat", "faccessat", "getdents64", "open", "stat", "access"):
        if name in NUMBERS[machine]:
            assert asked(name, machine=machine, reach="sealed") == EPERM, name


@pytest.mark.parametrize("machine", MACHINES)
def test_numbers_agree_with_the_kernels_headers(machine: str) -> None:
    header = {"x86_64": "/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "aarch64": "/usr/include/asm-generic/unistd.h"}
    path = Path(header[machine])
    if not path.exists():
        pytest.skip(f"{path} is not installed")
    known: dict[str, int] = {}
    for line in path.read_text().splitlines():
        words = line.split()
        if len(words) == 3 and words[1].startswith("__NR") and words[2].isdigit():
            known.setdefault(words[1].removeprefix("__NR3264").removeprefix("__NR").removeprefix("_"), int(words[2]))
    known.setdefault("newfstatat", known.get("fstatat", -1))
    assert {name: known[name] for name in NUMBERS[machine]} == NUMBERS[machine]


# uretprobe and uprobe on x86-64: the kernel lets them pass every filter and ends whoever is not its own trampoline.
_PAST_EVERY_FILTER = (335, 336)

RAW = """
import ctypes, os
async def attack(numbers: list) -> list:
    libc, passed = ctypes.CDLL(None, use_errno=True), []
    for number in numbers:
        ctypes.set_errno(0)
        if libc.syscall(number, 0, 0, 0, 0, 0, 0) >= 0 or ctypes.get_errno() not in (1, 38):
            passed.append(number)
    return passed
"""


@pytest.mark.asyncio(loop_scope="module")
async def test_raw_system_calls_from_inside_are_refused(sandbox: ZygoteSandbox) -> None:
    machine = platform.machine()
    if machine not in NUMBERS:
        pytest.skip(f"no table for {machine}")
    program, _ = rules.program(machine=machine, reach="library", sockets=False)
    arch = AUDIT_ARCH[machine]
    numbers = [number for number in range(NEWEST + 20) if number not in _PAST_EVERY_FILTER]
    refused = [n for n in numbers if seccomp.verdict(program, arch=arch, number=n)[0] in (EPERM, ENOSYS)]
    assert len(refused) > 250
    tool = smuggle(sandbox, RAW)
    assert (await run(sandbox, tool, numbers=refused)).result == []


def test_the_numbers_are_this_kernels() -> None:
    number = NUMBERS.get(platform.machine(), {}).get("getpid")
    if number is None:
        pytest.skip("no table for this machine")
    assert ctypes.CDLL(None).syscall(number) == os.getpid()
    assert errno.EPERM == EPERM & 0xFFFF
