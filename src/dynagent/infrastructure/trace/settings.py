"""How the trace is written and followed."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from dynagent.infrastructure.trace.model_calls import ModelCallLimits


class TraceSettings(BaseSettings):
    """The trace: window in which streamed text becomes one event, and seconds between heartbeats of a stream.

    `model_calls`: whether what model calls were sent is kept, at most so many bytes of one message or tool and of one
    attempt at a run.
    """

    model_config = SettingsConfigDict(
        env_prefix="TRACE_", env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    token_window_ms: float = Field(default=15.0, ge=0, le=1000)
    heartbeat_s: float = Field(default=15.0, gt=0, le=300)
    model_calls: bool = True
    model_call_part_max_bytes: int = Field(default=256 << 10, ge=1 << 10, le=16 << 20)
    model_calls_max_bytes: int = Field(default=8 << 20, ge=0, le=1 << 30)

    def model_call_limits(self) -> ModelCallLimits:
        """Return what the recorders keep of model calls."""
        return ModelCallLimits(
            keep=self.model_calls,
            part_max_bytes=self.model_call_part_max_bytes,
            run_max_bytes=self.model_calls_max_bytes,
        )
