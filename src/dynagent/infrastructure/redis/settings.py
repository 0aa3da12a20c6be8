"""Where Redis and the doorbell's broker are. Apart from the clients, which a process without Redis never imports."""

from pydantic import field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class RedisSettings(BaseSettings):
    """`REDIS_URL` unset: this process keeps to itself. `timeout_s` bounds every command but blocking reads.

    `events_stream` names a stream that gets every domain event, for other programs; unset: none does.
    """

    model_config = SettingsConfigDict(env_prefix="REDIS_", env_file=".env", extra="ignore", frozen=True)

    url: str | None = None
    timeout_s: float = 0.5
    rest_s: float = 1.0
    events_stream: str | None = None

    @field_validator("url")
    @classmethod
    def _of_redis(cls, url: str | None) -> str | None:
        if url and url.partition("://")[0] not in ("redis", "rediss", "unix"):
            raise ValueError("must begin with redis://, rediss:// or unix://")
        return url


class BrokerSettings(BaseSettings):
    """`BROKER_URL`: redis://, amqp:// (extra `rabbitmq`) or nats:// (extra `nats`); unset: `REDIS_URL`."""

    model_config = SettingsConfigDict(env_prefix="BROKER_", env_file=".env", extra="ignore", frozen=True)

    url: str | None = None
