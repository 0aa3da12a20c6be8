"""The seccomp filter: an allow-list with checked arguments, assembled to classic BPF as a balanced search tree.

A rule is a verdict, or alternatives of conditions on arguments of which one must hold for the call to be allowed.
"""

import ctypes
import errno
import struct
from dataclasses import dataclass
from typing import Any, Literal

from dynagent.infrastructure.sandbox.inside import kernel
from dynagent.infrastructure.sandbox.inside.syscalls import AUDIT_ARCH, NEWEST, NUMBERS

ALLOW = 0x7FFF0000
KILL = 0x80000000
EPERM = 0x00050000 | errno.EPERM
ENOSYS = 0x00050000 | errno.ENOSYS

_LOAD, _JUMP, _JUMP_EQUAL, _JUMP_GREATER_EQUAL, _AND, _RETURN = 0x20, 0x05, 0x15, 0x35, 0x54, 0x06
_NUMBER_AT, _ARCH_AT, _ARGUMENTS_AT = 0, 4, 16
_X32 = 0x40000000

Instruction = tuple[int, int, int, int]
"""(code, jump if true, jump if false, constant) of one `struct sock_filter`."""


@dataclass(frozen=True, slots=True)
class Condition:
    """`argument & mask` is one of `values`; `high` asks about the upper half of the 64 bits."""

    argument: int
    values: tuple[int, ...]
    mask: int = 0xFFFFFFFF
    high: bool = False


Rule = int | tuple[tuple[Condition, ...], ...]
"""A verdict, or alternatives: all conditions of one alternative must hold, else EPERM."""

Reach = Literal["library", "sealed"]
"""`library`: read-only path calls are allowed (something else confines paths); `sealed`: no path call at all."""


def assemble(rules: dict[str, Rule], machine: str) -> list[Instruction]:
    """Return the program for one machine. Raises KeyError for a machine without a table."""
    numbers = NUMBERS[machine]
    by_number = sorted((numbers[name], rule) for name, rule in rules.items() if name in numbers)
    head: list[Instruction] = [
        (_LOAD, 0, 0, _ARCH_AT),
        (_JUMP_EQUAL, 1, 0, AUDIT_ARCH[machine]),
        (_RETURN, 0, 0, KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_JUMP_GREATER_EQUAL, 0, 1, _X32),
        (_RETURN, 0, 0, KILL),
    ]
    return head + _tree(_ranges(by_number))


class Loader:
    """A program packed ahead of time, so that a child only writes its own id into it and loads it."""

    def __init__(self, program: list[Instruction], own_pid_at: int) -> None:
        packed = b"".join(struct.pack("HBBI", *instruction) for instruction in program)
        self._code = ctypes.create_string_buffer(packed, len(packed))
        self._header = ctypes.c_char_p(struct.pack("HxxxxxxP", len(program), ctypes.addressof(self._code)))
        self._own_pid_at = own_pid_at * 8 + 4

    def load(self, pid: int) -> None:
        """Load the filter into this process for good; asks for no-new-privileges first. Raises OSError."""
        struct.pack_into("I", self._code, self._own_pid_at, pid)
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        kernel.prctl(kernel.PR_SET_SECCOMP, kernel.SECCOMP_MODE_FILTER, self._header)


def verdict(program: list[Instruction], *, arch: int, number: int, arguments: tuple[int, ...] = ()) -> tuple[int, int]:
    """Run the program as the kernel would; return (verdict, steps). For tests and `doctor`."""
    data = struct.pack("<IIQ6Q", number, arch, 0, *(*arguments, *[0] * (6 - len(arguments))))
    at = steps = value = 0
    while True:
        code, if_true, if_false, constant = program[at]
        at, steps = at + 1, steps + 1
        if code == _RETURN:
            return constant, steps
        if code == _LOAD:
            value = struct.unpack_from("<I", data, constant)[0]
        elif code == _AND:
            value &= constant
        elif code == _JUMP:
            at += constant
        else:
            holds = value == constant if code == _JUMP_EQUAL else value >= constant
            at += if_true if holds else if_false


def _ranges(by_number: list[tuple[int, Any]]) -> list[tuple[int, Rule]]:
    """Return (first number, rule) of the stretches that answer alike, from 0 up."""
    found: list[tuple[int, Rule]] = [(0, EPERM)]
    for number, rule in by_number:
        if found[-1][0] == number:
            found.pop()
        if not found or found[-1][1] != rule:
            found.append((number, rule))
        found.append((number + 1, EPERM))
    merged = [entry for i, entry in enumerate(found) if i == 0 or entry[1] != found[i - 1][1]]
    return [*[entry for entry in merged if entry[0] <= NEWEST], (NEWEST + 1, ENOSYS)]


def _tree(ranges: list[tuple[int, Rule]]) -> list[Instruction]:
    if len(ranges) == 1:
        return _leaf(ranges[0][1])
    middle = len(ranges) // 2
    left, right = _tree(ranges[:middle]), _tree(ranges[middle:])
    # A conditional jump reaches 255 instructions, the plain one any: so the far way goes through a plain jump.
    return [(_JUMP_GREATER_EQUAL, 0, 1, ranges[middle][0]), (_JUMP, 0, 0, len(left)), *left, *right]


def _leaf(rule: Rule) -> list[Instruction]:
    if isinstance(rule, int):
        return [(_RETURN, 0, 0, rule)]
    program: list[Instruction] = []
    for alternative in rule:
        program += _alternative(alternative)
    return [*program, (_RETURN, 0, 0, EPERM)]


def _alternative(conditions: tuple[Condition, ...]) -> list[Instruction]:
    """Return code that allows when all conditions hold and falls through at its end when one does not."""
    tail: list[Instruction] = [(_RETURN, 0, 0, ALLOW)]
    for condition in reversed(conditions):
        tail = _condition(condition, beyond=len(tail)) + tail
    return tail


def _condition(condition: Condition, *, beyond: int) -> list[Instruction]:
    at = _ARGUMENTS_AT + 8 * condition.argument + (4 if condition.high else 0)
    loads: list[Instruction] = [(_LOAD, 0, 0, at)]
    if condition.mask != 0xFFFFFFFF:
        loads.append((_AND, 0, 0, condition.mask))
    last = len(condition.values) - 1
    tests: list[Instruction] = [
        (_JUMP_EQUAL, last - i, 0 if i < last else beyond, value) for i, value in enumerate(condition.values)
    ]
    return loads + tests
