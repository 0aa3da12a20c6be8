"""Rates: sign-ins per account and address, requests per user and address; in memory, or in Redis for all processes."""

import ipaddress
import time
from hashlib import blake2b

import structlog
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter, SlidingWindowCounterRateLimiter

from dynagent.core.identity import Throttle, TooManyAttempts, TooManyRequests
from dynagent.infrastructure.redis.limits import close_storage, limits_storage

log = structlog.get_logger()

PER_ACCOUNT_AND_ADDRESS = RateLimitItemPerMinute(5, 5, namespace="login-both")
PER_ADDRESS = RateLimitItemPerMinute(30, 5, namespace="login-address")
PER_ACCOUNT = RateLimitItemPerHour(50, 1, namespace="login-account")
"""The last bounds guessing from many addresses. It does not bind where somebody has signed in to the account before: no
anonymous caller can lock the owner out."""
KNOWN_S = 30 * 86_400


class RateThrottle(Throttle):
    """Counts in a storage of `limits`. When that is away no door is open: this process counts by itself then."""

    def __init__(self, storage: Storage | None = None) -> None:
        memory = MemoryStorage()
        self._storage = storage or memory
        self._windows = MovingWindowRateLimiter(self._storage)
        self._own_windows = MovingWindowRateLimiter(memory)
        self._counters = SlidingWindowCounterRateLimiter(storage or memory)
        self._own_counters = SlidingWindowCounterRateLimiter(memory)

    async def aclose(self) -> None:
        """Close the connections of the shared storage."""
        await close_storage(self._storage)

    async def admit_login(self, account: str, address: str) -> None:
        """Count an attempt before the password is looked at, so that many at once are no way around."""
        account, address = _short(account), _network(address)
        await self._admit_all((PER_ADDRESS, (address,)), (PER_ACCOUNT_AND_ADDRESS, (account, address)))
        if not await self._is_known(account, address):
            await self._admit_all((PER_ACCOUNT, (account,)))

    async def admit_anonymous(self, purpose: str, address: str) -> None:
        """Count by address only: what all share would let one anonymous caller shut the door for everybody."""
        address = _network(address)
        await self._admit_all((PER_ADDRESS, (address,)), (PER_ACCOUNT_AND_ADDRESS, (f"no account: {purpose}", address)))

    async def _admit_all(self, *counted: tuple[RateLimitItem, tuple[str, ...]]) -> None:
        for limit, keys in counted:
            wait_s = await self._hit_window(limit, keys)
            if wait_s is not None:
                raise TooManyAttempts("too many attempts; try again later", retry_after_s=wait_s)

    async def forgive_login(self, account: str, address: str) -> None:
        """Forget the attempts of this account from this address, and remember the address for a month."""
        keys = (_short(account), _network(address))
        await self._own_windows.clear(PER_ACCOUNT_AND_ADDRESS, *keys)
        try:
            await self._windows.clear(PER_ACCOUNT_AND_ADDRESS, *keys)
            await self._storage.clear(_known(*keys))
            await self._storage.incr(_known(*keys), KNOWN_S)
        except Exception as error:
            log.warning("throttle_storage_away", error=repr(error))

    async def admit(self, subject: str, per_minute: int) -> None:
        """Count a request; 0 stands for no limit."""
        if per_minute <= 0:
            return
        kind, _, who = subject.partition(":")
        key = _network(who) if kind == "address" else who
        limit = RateLimitItemPerMinute(per_minute, 1, namespace=f"rate-{kind}")
        try:
            admitted = await self._counters.hit(limit, key)
            stats = None if admitted else await self._counters.get_window_stats(limit, key)
        except Exception as error:
            log.warning("throttle_storage_away", error=repr(error))
            admitted = await self._own_counters.hit(limit, key)
            stats = None if admitted else await self._own_counters.get_window_stats(limit, key)
        if stats is not None:
            wait_s = max(1.0, stats.reset_time - time.time())
            raise TooManyRequests(f"more than {per_minute} requests in a minute", retry_after_s=wait_s)

    async def _is_known(self, account: str, address: str) -> bool:
        try:
            return await self._storage.get(_known(account, address)) > 0
        except Exception as error:
            log.warning("throttle_storage_away", error=repr(error))
            return False

    async def _hit_window(self, limit: RateLimitItem, keys: tuple[str, ...]) -> float | None:
        """Return None when admitted, else the seconds to wait."""
        windows = self._windows
        try:
            admitted = await windows.hit(limit, *keys)
        except Exception as error:
            log.warning("throttle_storage_away", error=repr(error))
            windows = self._own_windows
            admitted = await windows.hit(limit, *keys)
        if admitted:
            return None
        try:
            stats = await windows.get_window_stats(limit, *keys)
        except Exception:
            return 60.0
        return max(1.0, stats.reset_time - time.time())


def redis_throttle(url: str) -> RateThrottle:
    """Return a throttle that all processes share."""
    return RateThrottle(limits_storage(url, key_prefix="dynagent:limits"))


def _short(account: str) -> str:
    # What people type into the name field (passwords, at times) is not kept as it is.
    return blake2b(account.strip().lower().encode("utf-8", "replace"), digest_size=16).hexdigest()


def _known(account: str, address: str) -> str:
    return f"login-known/{account}/{address}"


def _network(address: str) -> str:
    """Return what counts as one address: an IPv6 customer has a whole /64."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is None:
        return str(ipaddress.ip_network((ip, 64), strict=False).network_address)
    return str(ip)
