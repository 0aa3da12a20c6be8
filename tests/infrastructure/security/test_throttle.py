"""Rates: sign-ins and requests, in memory and in a real Redis, and without the Redis that should be there."""

import pytest

from dynagent.core.identity import TooManyAttempts, TooManyRequests
from dynagent.infrastructure.security.throttle import RateThrottle, redis_throttle
from tests.servers import TestRedis


async def _attempts_until_refused(throttle: RateThrottle, account: str, address: str, most: int = 100) -> int:
    for number in range(most):
        try:
            await throttle.admit_login(account, address)
        except TooManyAttempts as error:
            assert error.retry_after_s is not None and error.retry_after_s >= 1
            return number
    return most


async def test_five_attempts_per_account_and_address() -> None:
    throttle = RateThrottle()

    assert await _attempts_until_refused(throttle, "ann", "192.0.2.1") == 5
    assert await _attempts_until_refused(throttle, "ANN ", "192.0.2.2", most=5) == 5
    await throttle.forgive_login("ann", "192.0.2.1")
    assert await _attempts_until_refused(throttle, "ann", "192.0.2.1") == 5


async def test_thirty_attempts_per_address_whatever_the_account() -> None:
    throttle = RateThrottle()
    refused = 0
    for number in range(40):
        try:
            await throttle.admit_login(f"user{number}", f"2001:db8::{number:x}")
        except TooManyAttempts:
            refused += 1

    assert refused == 10


async def test_fifty_attempts_per_account_whatever_the_address() -> None:
    throttle = RateThrottle()
    refused = 0
    for number in range(60):
        try:
            await throttle.admit_login("ann", f"198.51.100.{number}")
        except TooManyAttempts:
            refused += 1

    assert refused == 10


async def test_requests_per_minute_and_no_limit() -> None:
    throttle = RateThrottle()
    for _ in range(3):
        await throttle.admit("user:1", 3)
    with pytest.raises(TooManyRequests) as refusal:
        await throttle.admit("user:1", 3)
    assert refusal.value.retry_after_s
    await throttle.admit("user:2", 3)
    for _ in range(10):
        await throttle.admit("user:1", 0)


async def test_processes_share_the_counters_in_redis(redis_url: str) -> None:
    one, other = redis_throttle(redis_url), redis_throttle(redis_url)
    for _ in range(3):
        await one.admit_login("ann", "192.0.2.1")

    assert await _attempts_until_refused(other, "ann", "192.0.2.1") == 2
    await one.admit("user:1", 1)
    with pytest.raises(TooManyRequests):
        await other.admit("user:1", 1)
    await other.forgive_login("ann", "192.0.2.1")
    await one.admit_login("ann", "192.0.2.1")


async def test_without_its_redis_a_process_counts_by_itself() -> None:
    server = TestRedis()
    server.start()
    throttle = redis_throttle(server.url)
    await throttle.admit_login("ann", "192.0.2.1")
    server.stop()

    assert await _attempts_until_refused(throttle, "ann", "192.0.2.1") == 5
    await throttle.admit("user:1", 1)
    with pytest.raises(TooManyRequests):
        await throttle.admit("user:1", 1)
