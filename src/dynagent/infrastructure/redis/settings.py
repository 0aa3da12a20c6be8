"""Where Redis and the notifier's broker are. Apart from the clients, which a process without Redis never imports."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from dynagent.core.shared.cache import CACHE_TTL_S

SCHEMES = ("redis", "rediss", "unix")
PORT = 6379


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """One server's URL, or the known nodes of a cluster as (host, port) with how to sign in to them."""

    url: str
    nodes: tuple[tuple[str, int], ...] = ()
    tls: bool = False
    username: str | None = None
    password: str | None = None

    @property
    def is_cluster(self) -> bool:
        """Whether this is a Redis Cluster."""
        return bool(self.nodes)

    def sign_in(self) -> dict[str, Any]:
        """Return what a client of a cluster's node is given beside host and port."""
        return {"username": self.username, "password": self.password, **({"ssl": True} if self.tls else {})}


def read_address(url: str) -> RedisAddress:
    """Return the address that a URL names; `?cluster=true` says that it is a cluster, then it may name several hosts.

    Raises ValueError with one line for people.
    """
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or "://" not in url:
        raise ValueError("must begin with redis://, rediss:// or unix://")
    options = dict(parse_qsl(parts.query))
    if options.pop("cluster", "false").lower() not in ("true", "yes", "1"):
        if "," in parts.netloc:
            raise ValueError("names several hosts: that is a cluster, add ?cluster=true")
        return RedisAddress(url.partition("?")[0] + (f"?{urlencode(options)}" if options else ""))
    return _cluster(parts, options)


def _cluster(parts: SplitResult, options: dict[str, str]) -> RedisAddress:
    if parts.scheme == "unix":
        raise ValueError("a cluster has hosts and ports: it cannot be unix://")
    if parts.path.strip("/") not in ("", "0"):
        raise ValueError("a cluster has no other database than 0")
    if options:
        raise ValueError(f"a cluster's URL takes no {' or '.join(options)}")
    account, _, hosts = parts.netloc.rpartition("@")
    name, _, password = account.partition(":")
    try:
        nodes = tuple((place.hostname or "localhost", place.port or PORT) for place in map(_place, hosts.split(",")))
    except ValueError:
        raise ValueError("has a host or a port that cannot be: redis://a:6379,b:6379?cluster=true") from None
    host, port = nodes[0]
    host = f"[{host}]" if ":" in host else host
    return RedisAddress(
        f"{parts.scheme}://{account + '@' if account else ''}{host}:{port}",
        nodes,
        tls=parts.scheme == "rediss",
        username=unquote(name) or None,
        password=unquote(password) or None,
    )


def _place(host: str) -> SplitResult:
    return urlsplit(f"//{host.strip()}")


class RedisSettings(BaseSettings):
    """`REDIS_URL` unset: this process keeps to itself. `timeout_s` bounds every command but blocking reads.

    `events_stream` names a stream that gets every domain event, for other programs; unset: none does.
    """

    model_config = SettingsConfigDict(
        env_prefix="REDIS_", env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    url: str | None = None
    timeout_s: float = 0.5
    open_s: float = 1.0
    events_stream: str | None = None

    @field_validator("url")
    @classmethod
    def _of_redis(cls, url: str | None) -> str | None:
        if url:
            read_address(url)
        return url


class CacheSettings(BaseSettings):
    """How many seconds copies of entities live, in Redis or in memory; a change voids them at once all the same."""

    model_config = SettingsConfigDict(
        env_prefix="CACHE_", env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    ttl: int = Field(default=CACHE_TTL_S, ge=1, le=604_800)


class BrokerSettings(BaseSettings):
    """`BROKER_URL`: redis://, amqp:// (extra `rabbitmq`) or nats:// (extra `nats`); unset: `REDIS_URL`."""

    model_config = SettingsConfigDict(
        env_prefix="BROKER_", env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    url: str | None = None
