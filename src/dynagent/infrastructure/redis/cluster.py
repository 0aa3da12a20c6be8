"""Redis Cluster: one client for keys, which knows who holds which, and any node for news (pub/sub).

What is published at one node of a cluster is heard at all of them, so that news need one connection to one node, as
they do at a single server. Every key here stands by itself or, where two belong together, carries a hash tag.
"""

import random
from collections.abc import Sequence
from typing import Any, Protocol

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from dynagent.infrastructure.redis.settings import RedisAddress


def open_cluster(address: RedisAddress, **options: Any) -> RedisCluster:
    """Return a client of the cluster; nothing is sent yet. Any of the known nodes may be away."""
    nodes = [ClusterNode(host, port) for host, port in address.nodes]
    return RedisCluster(startup_nodes=nodes, retry=Retry(NoBackoff(), 1), **address.sign_in(), **options)


class NewsServer(Protocol):
    """Where news are published and heard."""

    async def redis(self) -> Redis:
        """Return the client of the server that is used now."""
        ...

    async def turn_away(self) -> None:
        """Note that it failed: use another one, where there is one."""
        ...

    async def close(self) -> None:
        """Close what this opened."""
        ...


class OnlyServer(NewsServer):
    """A Redis that is one server, by a client of its own."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def redis(self) -> Redis:
        """Return its client."""
        return self._redis

    async def turn_away(self) -> None:
        """There is no other."""

    async def close(self) -> None:
        """Close its connections."""
        await self._redis.aclose()


class AnyNode(NewsServer):
    """A node of a cluster, another one when it fails."""

    def __init__(self, cluster: RedisCluster, address: RedisAddress, **options: Any) -> None:
        self._cluster = cluster
        self._address = address
        self._options = options
        self._redis: Redis | None = None
        self._failed: tuple[str, int] | None = None
        self._place: tuple[str, int] | None = None

    async def redis(self) -> Redis:
        """Return the client of the node that is used now."""
        if self._redis is None:
            places = [place for place in await self._places() if place != self._failed] or list(self._address.nodes)
            # Where load and fate of many processes do not hang on one node.
            self._place = host, port = random.choice(places)  # noqa: S311 - no secret
            self._redis = Redis(host=host, port=port, **self._address.sign_in(), **self._options)
        return self._redis

    async def turn_away(self) -> None:
        """Use another node from now on."""
        self._failed = self._place
        await self.close()

    async def close(self) -> None:
        """Close the connection to the node."""
        redis, self._redis = self._redis, None
        if redis is not None:
            await redis.aclose()

    async def _places(self) -> Sequence[tuple[str, int]]:
        try:
            await self._cluster.initialize()
        except Exception:
            # Nobody of those we know answers: try what the URL names.
            return self._address.nodes
        nodes = self._cluster.get_nodes()
        return [(str(node.host), int(node.port)) for node in nodes]
