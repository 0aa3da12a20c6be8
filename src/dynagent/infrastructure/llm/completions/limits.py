"""How much of a reply is read. Whoever sends more is refused: reading it would keep everybody else waiting."""

from functools import cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ReplyLimits(BaseSettings):
    """Bounds in bytes of one event of a stream and of one whole reply."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True, frozen=True)

    model_event_max_bytes: int = Field(
        default=1024 * 1024, ge=1024, description="Bytes of one event of a model's stream; more is refused."
    )
    model_reply_max_bytes: int = Field(
        default=8 * 1024 * 1024, ge=1024, description="Bytes of one whole reply of a model; more is refused."
    )


@cache
def reply_limits() -> ReplyLimits:
    """Return the limits of this process, as the environment had them at the first call."""
    return ReplyLimits()
