"""All settings of a process, read once; each is defined beside the code that it governs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from pydantic_settings import BaseSettings

from dynagent.application.commands.executions.settings import RunSettings
from dynagent.infrastructure.http.guarded import OutboundSettings
from dynagent.infrastructure.hybrid.ground import GroundSettings
from dynagent.infrastructure.llm.endpoints import ProviderSettings
from dynagent.infrastructure.llm.factory import ModelSettings
from dynagent.infrastructure.observability.logging import LogSettings
from dynagent.infrastructure.postgres.prune import RetentionSettings
from dynagent.infrastructure.sandbox.settings import SandboxSettings
from dynagent.infrastructure.security.keyring import SecretSettings
from dynagent.infrastructure.security.settings import AuthSettings
from dynagent.presentation.api.settings import ApiSettings
from dynagent.presentation.worker.settings import WorkerSettings

S = TypeVar("S", bound=BaseSettings)


@dataclass(frozen=True, kw_only=True)
class Settings(GroundSettings):
    """Everything; `of_nouns` has those that nouns bring, by their models.

    Raises pydantic.ValidationError when the environment holds a wrong value.
    """

    api: ApiSettings = field(default_factory=ApiSettings)
    auth: AuthSettings = field(default_factory=AuthSettings)
    log: LogSettings = field(default_factory=LogSettings)
    models: ModelSettings = field(default_factory=ModelSettings)
    outbound: OutboundSettings = field(default_factory=OutboundSettings)
    providers: ProviderSettings = field(default_factory=ProviderSettings)
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    run: RunSettings = field(default_factory=RunSettings)
    sandbox: SandboxSettings = field(default_factory=SandboxSettings)
    secrets: SecretSettings = field(default_factory=SecretSettings)
    worker: WorkerSettings = field(default_factory=WorkerSettings)
    of_nouns: Mapping[type[BaseSettings], BaseSettings] = field(default_factory=dict[type[BaseSettings], BaseSettings])

    def with_those_of(self, models: Iterable[type[BaseSettings]]) -> "Settings":
        """Return settings with these models, read now unless they are there. Raises pydantic.ValidationError."""
        return replace(self, of_nouns={model: self.of_nouns.get(model) or model() for model in models})

    def of(self, model: type[S]) -> S:
        """Return a noun's settings. Raises KeyError for a model that no noun brings."""
        found = self.of_nouns[model]
        assert isinstance(found, model)
        return found

    @property
    def is_local(self) -> bool:
        """Whether whoever reaches this process is its administrator."""
        return self.auth.auth_mode == "local"

    @property
    def models_outbound(self) -> OutboundSettings:
        """Where models may be: also where Ollama is, which nothing else that fetches from outside may reach."""
        allow = self.providers.allowed(self.outbound.allow, local=self.is_local)
        return self.outbound.model_copy(update={"allow": allow})
