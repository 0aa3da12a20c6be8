"""The connection to Redis, and the guard that turns its absence into slowness instead of errors."""

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar, cast

import structlog
from redis.asyncio import Redis, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisClusterException, RedisError, ResponseError

from dynagent.infrastructure.redis.cluster import AnyNode, NewsServer, OnlyServer, open_cluster
from dynagent.infrastructure.redis.settings import RedisSettings, read_address

log = structlog.get_logger()

T = TypeVar("T")

_AT_ONCE = 1000
AWAY = (RedisError, RedisClusterException, OSError, TimeoutError)
"""What a client raises when Redis, or what is needed of it, is away."""
ONE_SERVER = ""


class ServerRuns:
    """Which run of which server we speak to, learnt on every new connection before anything is asked over it.

    A server that was restarted from what it had saved, or a replica that took over, may hold older data than what was
    written before: an entry of another run is not to be believed.
    """

    def __init__(self) -> None:
        self._runs: dict[str, bytes] = {}
        self._cluster: RedisCluster | None = None

    async def greet(self, connection: Any) -> None:
        """Open a connection as the client does, and ask whose it is."""
        await connection.on_connect()
        await connection.send_command("INFO", "server")
        try:
            reported = await connection.read_response()
        except ResponseError as error:
            # Not allowed to this account: then a restart cannot be told from none.
            log.debug("redis_run_unknown", error=repr(error))
            reported = b""
        text = reported if isinstance(reported, bytes) else str(reported).encode()
        lines = dict(line.split(b":", 1) for line in text.splitlines() if b":" in line)
        self._runs[self._place(connection)] = lines.get(b"run_id", b"unknown")[:12]

    def watch(self, cluster: RedisCluster) -> None:
        """Have the nodes of a cluster told apart."""
        self._cluster = cluster
        # The constructor takes no such function; each node that becomes known is made from these.
        cluster.nodes_manager.connection_kwargs["redis_connect_func"] = self.greet

    def of(self, key: str) -> bytes | None:
        """Return the run of the server that has a key; None while none of its connections was opened."""
        if self._cluster is None:
            return self._runs.get(ONE_SERVER)
        try:
            node = cast("Any", self._cluster.get_node_from_key(key))
        except (RedisClusterException, RedisError):
            return None
        return self._runs.get(f"{node.host}:{node.port}") if node is not None else None

    def _place(self, connection: Any) -> str:
        return f"{connection.host}:{connection.port}" if self._cluster is not None else ONE_SERVER


def connect(settings: RedisSettings, runs: ServerRuns | None = None) -> Redis:
    """Return a client for `settings.url`, of one server or of a cluster; nothing is sent yet."""
    if settings.url is None:
        raise ValueError("REDIS_URL is not set")
    address, runs = read_address(settings.url), runs or ServerRuns()
    options = _options(settings)
    if address.is_cluster:
        cluster = open_cluster(address, max_connections=200, **options)
        runs.watch(cluster)
        # A class of its own; in what is used here, single keys and scripts, the two are alike.
        return cast("Redis", cluster)
    return Redis.from_url(  # pyright: ignore[reportUnknownMemberType]
        address.url,
        retry=Retry(NoBackoff(), 1),
        max_connections=200,
        redis_connect_func=runs.greet,
        **options,
    )


async def forget(settings: RedisSettings, keys: Sequence[str]) -> bool:
    """Remove keys; return whether Redis was there to do so. For commands, which keep no client."""
    async with connect(settings) as redis:
        try:
            for at in range(0, len(keys), _AT_ONCE):
                await redis.unlink(*keys[at : at + _AT_ONCE])
        except AWAY:
            return False
    return True


def news_server(redis: Redis, settings: RedisSettings) -> NewsServer:
    """Return where the news of this process travel: the server, or any node of the cluster that `redis` speaks to.

    Its clients try nothing again by themselves: one that hears and connects anew in silence has missed something.
    """
    address = read_address(settings.url or "")
    options: dict[str, Any] = _options(settings) | {"retry": Retry(NoBackoff(), 0), "max_connections": 20}
    if isinstance(redis, RedisCluster):
        return AnyNode(redis, address, **options)
    return OnlyServer(Redis.from_url(address.url, **options))  # pyright: ignore[reportUnknownMemberType]


async def ping(redis: Redis) -> int:
    """Return how many servers answered: one, or every master of a cluster. Raises when one does not."""
    if not isinstance(redis, RedisCluster):
        await redis.execute_command("PING")  # pyright: ignore[reportUnknownMemberType]
        return 1
    await redis.initialize()
    await redis.execute_command("PING", target_nodes=RedisCluster.PRIMARIES)  # pyright: ignore[reportUnknownMemberType]
    return len(redis.get_primaries())


def _options(settings: RedisSettings) -> dict[str, Any]:
    return {
        "socket_timeout": settings.timeout_s,
        "socket_connect_timeout": settings.timeout_s,
        "health_check_interval": 30,
    }


class RedisGuard:
    """Calls Redis; after a failure it is left alone for `open_s` seconds and every call gives its default at once.

    The first failure and the recovery are logged, nothing in between. `probe` is awaited before the first call after
    a failure: a cluster is back when all of its masters are, or every call to the others would say so.
    """

    def __init__(
        self,
        *,
        open_s: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        probe: Callable[[], Awaitable[Any]] | None = None,
    ) -> None:
        self._open_s = open_s
        self._clock = clock
        self._probe = probe
        self._open_until = 0.0
        self.trouble: str | None = None
        self.on_recovery: list[Callable[[], Awaitable[Any]]] = []

    async def call(self, action: Callable[[], Awaitable[T]], default: T) -> T:
        """Return what the action gives, or the default while Redis is away."""
        if self._clock() < self._open_until:
            return default
        try:
            if self.trouble is not None and self._probe is not None:
                await self._probe()
            result = await action()
        except AWAY as error:
            self._failed(error)
            return default
        if self.trouble is not None:
            self.trouble = None
            log.info("redis_is_back")
            for callback in self.on_recovery:
                await callback()
        return result

    def _failed(self, error: BaseException) -> None:
        self._open_until = self._clock() + self._open_s
        if self.trouble is None:
            log.warning("redis_away", error=repr(error), consequence="served from PostgreSQL, slower, nothing is lost")
        self.trouble = f"{type(error).__name__}: {error}"
