"""Passwords: argon2id in threads, a few at a time, so that a flood of sign-ins takes neither memory nor the loop."""

import asyncio
from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

from argon2.exceptions import InvalidHashError
from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from dynagent.core.identity import Passwords, TooManyAttempts, Verified

AT_ONCE = 2
WAITING = 32

R = TypeVar("R")


class Argon2Passwords(Passwords):
    """RFC 9106's second choice by default: 3 passes over 64 MiB; tests take less."""

    def __init__(self, *, passes: int = 3, memory_kib: int = 65_536, at_once: int = AT_ONCE) -> None:
        self._hasher = PasswordHash((Argon2Hasher(time_cost=passes, memory_cost=memory_kib),))
        self._slots = asyncio.Semaphore(at_once)
        self._queue = at_once + WAITING

    async def hash(self, password: str) -> str:
        """Return a hash to store."""
        return await self._in_thread(lambda: self._hasher.hash(password))

    async def verify(self, password: str, password_hash: str | None) -> Verified:
        """Compare; an account that is not there costs as much time as one that is."""
        return await self._in_thread(lambda: self._verify(password, password_hash))

    def _verify(self, password: str, password_hash: str | None) -> Verified:
        try:
            right, better = self._hasher.verify_and_update(password, password_hash or self._decoy_hash)
        except (UnknownHashError, InvalidHashError):
            return Verified(False)
        return Verified(right and password_hash is not None, better if right else None)

    @cached_property
    def _decoy_hash(self) -> str:
        """A hash that no password has."""
        return self._hasher.hash("nobody's")

    async def _in_thread(self, work: Callable[[], R]) -> R:
        if self._queue <= 0:
            raise TooManyAttempts("too many sign-ins at once; try again in a moment", retry_after_s=2.0)
        self._queue -= 1
        try:
            async with self._slots:
                return await asyncio.to_thread(work)
        finally:
            self._queue += 1
