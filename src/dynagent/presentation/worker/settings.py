"""How much a worker runs at once, and its rhythm."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class WorkerSettings(BaseSettings):
    """How much a worker runs at once, per lane, and its rhythm in seconds."""

    model_config = SettingsConfigDict(
        env_prefix="WORKER_", env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    concurrency: int = Field(default=1000, ge=1, le=100_000)
    batch_concurrency: int = Field(default=200, ge=1, le=100_000)
    beat_s: float = Field(default=5.0, gt=0)
    sweep_s: float = Field(default=2.0, gt=0)
    lease_s: float = Field(default=15.0, gt=0)
    drain_s: float = Field(default=1.0, ge=0)
    sweep_limit: int = Field(default=500, ge=1)
