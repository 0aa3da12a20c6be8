"""What the door of the queue allows."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class SubmitSettings(BaseSettings):
    """How many executions a user may have waiting, and how long a run may take when its agent does not say."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    max_waiting_per_user: int = Field(default=10_000, ge=1)
    run_timeout_s: float = Field(default=3_600.0, gt=0, le=86_400)
    queue_retry_after_s: float = Field(default=5.0, gt=0)
