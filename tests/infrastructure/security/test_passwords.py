"""Passwords: argon2id, bounded, the same work for accounts that are not there."""

import asyncio

import pytest

from dynagent.core.identity import TooManyAttempts
from dynagent.infrastructure.security import passwords as module
from dynagent.infrastructure.security.passwords import Argon2Passwords


def cheap() -> Argon2Passwords:
    return Argon2Passwords(passes=1, memory_kib=64)


async def test_a_password_is_verified_against_its_hash() -> None:
    passwords = cheap()
    stored = await passwords.hash("correct horse")

    assert stored.startswith("$argon2id$")
    assert (await passwords.verify("correct horse", stored)).right
    assert not (await passwords.verify("correct horsf", stored)).right


async def test_unknown_accounts_and_broken_hashes_are_wrong_after_the_same_work() -> None:
    passwords = cheap()

    assert not (await passwords.verify("nobody's", None)).right
    assert not (await passwords.verify("x", "not a hash")).right


async def test_a_weak_hash_is_replaced_when_the_password_is_right() -> None:
    stored = await cheap().hash("correct horse")
    stronger = Argon2Passwords(passes=2, memory_kib=64)

    verified = await stronger.verify("correct horse", stored)
    assert verified.better_hash is not None and "t=2" in verified.better_hash
    assert (await stronger.verify("wrong", stored)).better_hash is None


async def test_a_flood_is_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING", 1)
    passwords = Argon2Passwords(passes=1, memory_kib=64, at_once=1)

    outcomes = await asyncio.gather(*(passwords.hash(str(n)) for n in range(5)), return_exceptions=True)
    assert sum(isinstance(outcome, TooManyAttempts) for outcome in outcomes) == 3
    assert await passwords.hash("later")
