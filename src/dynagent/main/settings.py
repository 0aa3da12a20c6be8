"""All settings of a process, read once; each is defined beside the code that it governs."""

from dataclasses import dataclass, field

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from dynagent.application.commands.executions.settings import SubmitSettings
from dynagent.application.commands.schedules import ScheduleSettings
from dynagent.core.runs import ChildLimits
from dynagent.infrastructure.http.guarded import OutboundSettings
from dynagent.infrastructure.llm.endpoints import ProviderSettings
from dynagent.infrastructure.llm.factory import ModelSettings
from dynagent.infrastructure.observability.logging import LogSettings
from dynagent.infrastructure.postgres.database import DatabaseSettings
from dynagent.infrastructure.postgres.prune import RetentionSettings
from dynagent.infrastructure.redis.settings import BrokerSettings, RedisSettings
from dynagent.infrastructure.sandbox.settings import SandboxSettings
from dynagent.infrastructure.security.keyring import SecretSettings
from dynagent.infrastructure.security.settings import AuthSettings
from dynagent.infrastructure.tools.search.engines import SearchSettings
from dynagent.presentation.api.settings import ApiSettings
from dynagent.presentation.worker.settings import WorkerSettings


class TraceSettings(BaseSettings):
    """The trace: window in which streamed text becomes one event, and seconds between heartbeats of a stream."""

    model_config = SettingsConfigDict(
        env_prefix="TRACE_", env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    token_window_ms: float = Field(default=15.0, ge=0, le=1000)
    heartbeat_s: float = Field(default=15.0, gt=0, le=300)


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


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything. Raises pydantic.ValidationError when the environment holds a wrong value."""

    api: ApiSettings = field(default_factory=ApiSettings)
    auth: AuthSettings = field(default_factory=AuthSettings)
    broker: BrokerSettings = field(default_factory=BrokerSettings)
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    log: LogSettings = field(default_factory=LogSettings)
    models: ModelSettings = field(default_factory=ModelSettings)
    outbound: OutboundSettings = field(default_factory=OutboundSettings)
    providers: ProviderSettings = field(default_factory=ProviderSettings)
    redis: RedisSettings = field(default_factory=RedisSettings)
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    run: RunSettings = field(default_factory=RunSettings)
    sandbox: SandboxSettings = field(default_factory=SandboxSettings)
    schedules: ScheduleSettings = field(default_factory=ScheduleSettings)
    search: SearchSettings = field(default_factory=SearchSettings)
    secrets: SecretSettings = field(default_factory=SecretSettings)
    submit: SubmitSettings = field(default_factory=SubmitSettings)
    trace: TraceSettings = field(default_factory=TraceSettings)
    worker: WorkerSettings = field(default_factory=WorkerSettings)
