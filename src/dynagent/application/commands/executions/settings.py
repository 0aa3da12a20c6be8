"""What the door of the queue allows, and each run."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from dynagent.core.executions import check_room
from dynagent.core.runs import ChildLimits


class SubmitSettings(BaseSettings):
    """How many executions a user may have waiting, and how long a run may take when its agent does not say."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True)

    max_waiting_per_user: int = Field(default=10_000, ge=1)
    run_timeout_s: float = Field(default=3_600.0, gt=0, le=86_400)
    queue_retry_after_s: float = Field(default=5.0, gt=0)

    def check_room(self, waiting: int) -> None:
        """Refuse with TooManyExecutions when so many of a user's executions are waiting already."""
        check_room(waiting, most=self.max_waiting_per_user, retry_after_s=self.queue_retry_after_s)


class RunSettings(BaseSettings):
    """Runs: seconds a model or tool call may take unless the agent says otherwise, and runs of one user at once.

    And how many runs one may start itself, at how many levels of runs above each other.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True)

    call_timeout_s: float = Field(default=120.0, gt=0, le=3600)
    max_concurrent_runs_per_user: int = Field(default=1000, ge=1)
    max_children_per_run: int = Field(default=1000, ge=1, le=10_000)
    max_run_depth: int = Field(default=5, ge=1, le=50)

    @property
    def child_limits(self) -> ChildLimits:
        """The last two together."""
        return ChildLimits(self.max_children_per_run, self.max_run_depth)
