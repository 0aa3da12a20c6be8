"""Rates and quotas per user and provider, in memory and in a real Redis."""

import asyncio

import pytest

from dynagent.infrastructure.tools.search.port import SearchExhausted
from dynagent.infrastructure.tools.search.quota import SearchQuota


async def spend_in(redis_url: str | None) -> None:
    quota = SearchQuota(per_minute=2, per_day=100, redis_url=redis_url)
    await quota.spend("google", "ada")
    await quota.spend("google", "ada")
    with pytest.raises(SearchExhausted, match=r"google: .*2 per 1 minute") as refusal:
        await quota.spend("google", "ada")
    assert refusal.value.retry_after_s is not None
    assert 1 <= refusal.value.retry_after_s <= 61
    await quota.spend("google", "bob")
    await quota.spend("bing", "ada")


async def test_in_memory() -> None:
    await spend_in(None)


async def test_in_redis(redis_url: str) -> None:
    await spend_in(redis_url)
    shared = SearchQuota(per_minute=2, per_day=100, redis_url=redis_url)
    with pytest.raises(SearchExhausted):
        await shared.spend("google", "ada")


async def test_the_days_quota_counts_too() -> None:
    quota = SearchQuota(per_minute=0, per_day=1)
    await quota.spend("google", "ada")
    with pytest.raises(SearchExhausted, match="1 per 1 day"):
        await quota.spend("google", "ada")


async def test_zero_means_no_limit() -> None:
    quota = SearchQuota(per_minute=0, per_day=0)
    await asyncio.gather(*(quota.spend("google", "ada") for _ in range(50)))


async def test_a_store_that_is_away_lets_the_query_through() -> None:
    await SearchQuota(per_minute=1, per_day=1, redis_url="redis://127.0.0.1:1/0").spend("google", "ada")
