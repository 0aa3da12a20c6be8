"""How the trace is written and followed."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class TraceSettings(BaseSettings):
    """The trace: window in which streamed text becomes one event, and seconds between heartbeats of a stream."""

    model_config = SettingsConfigDict(
        env_prefix="TRACE_", env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    token_window_ms: float = Field(default=15.0, ge=0, le=1000)
    heartbeat_s: float = Field(default=15.0, gt=0, le=300)
