"""Models and keys as people keep them: a name, a provider, an endpoint; keys are sealed and shown masked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.language_models.choosing import AUTO, Candidate
from dynagent.core.language_models.known import KnownModel
from dynagent.core.language_models.providers import (
    Capabilities,
    Provider,
    check_endpoint,
    find_provider,
    origin_of,
)
from dynagent.core.shared.clock import later
from dynagent.core.shared.errors import Conflict, InvalidInput, NotFound, StaleVersion, Violation
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.shared.repository import BaseRepository

KeyPurpose = Literal["models", "tracing", "tools"]
FOR_TOOLS = "tools"
"""The provider that keys for tools name: settings of tools refer to them by their label, `{"$secret": "<label>"}`."""
ModelOwner = Literal["own", "global"]
MAX_MODELS, MAX_KEYS = 200, 50


class ModelNotFound(NotFound):
    """No model under this id that the caller may see."""

    code = "model_not_found"


class ModelNameTaken(Conflict):
    """One owner cannot have two models of the same name."""

    code = "model_name_taken"


class ModelChangedMeanwhile(StaleVersion):
    """The caller's version is not the current one; `extra` carries `current_version`."""

    code = "model_changed_meanwhile"


class ProviderKeyNotFound(NotFound):
    """The caller has no provider key under this id."""

    code = "provider_key_not_found"


class ProviderKeyTaken(Conflict):
    """The caller has a key of this provider with this label."""

    code = "provider_key_taken"


class TooManyModels(Conflict):
    """Somebody has as many models, or keys, as there may be."""

    code = "too_many_models"


class ModelParameters(BaseModel):
    """What a model is asked with unless the agent says otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: int | None = Field(default=None, ge=1, le=10_000_000)
    timeout_s: float | None = Field(default=None, gt=0, le=3600)
    responses_api: bool = False


class ModelRecord(BaseModel):
    """A model as stored. `user_id` None: global. `sealed_key` is ciphertext and never leaves the server."""

    model_config = ConfigDict(frozen=True)

    id: str
    user_id: str | None
    name: str = Field(min_length=1, max_length=200)
    provider: str
    model_identifier: str = Field(min_length=1, max_length=200)
    endpoint_url: str | None = Field(default=None, max_length=500)
    sealed_key: str | None = Field(default=None, repr=False)
    key_hint: str | None = None
    key_id: str | None = None
    parameters: ModelParameters = Field(default_factory=ModelParameters)
    capabilities: dict[str, Any] = Field(default_factory=dict)
    fallbacks: tuple[str, ...] = Field(default=(), max_length=5)
    max_rpm: int | None = Field(default=None, ge=1, le=1_000_000)
    enabled: bool = True
    version: int = 1
    created_at: datetime
    updated_at: datetime

    @property
    def base_url(self) -> str | None:
        """Where it is met."""
        return (self.endpoint_url or find_provider(self.provider).base_url or "").rstrip("/") or None

    @property
    def place(self) -> tuple[str, str | None, str]:
        """Which model it is, and where: what is known of its health holds for this only."""
        return self.provider, self.base_url, self.model_identifier

    @property
    def at_home(self) -> bool:
        """Whether it is met where its provider is, not at an address that somebody gave."""
        return self.endpoint_url is None

    def able(self, known: KnownModel | None = None, shown: Capabilities | None = None) -> Capabilities:
        """Return what it can do: as its owner says, as trials have shown, as is known, as its provider's models can."""
        window = Capabilities(context_window=known.context_window if known else None)
        base = window.over(find_provider(self.provider).capabilities)
        base = base if shown is None else shown.over(base)
        return Capabilities.model_validate(self.capabilities).over(base)

    def candidate(
        self, known: KnownModel | None, *, obstacle: str = "", shown: Capabilities | None = None
    ) -> Candidate:
        """Return it as one that could be chosen."""
        return Candidate(
            name=self.name,
            provider=self.provider,
            model_identifier=self.model_identifier,
            capabilities=self.able(known, shown),
            input_usd=known.input_usd if known else None,
            output_usd=known.output_usd if known else None,
            obstacle=obstacle,
        )

    def check(self) -> None:
        """Refuse with InvalidInput what could never be asked."""
        provider = find_provider(self.provider)
        problems: list[Violation] = []
        if provider.capabilities.chat is False:
            problems.append(Violation("/provider", "chat", f"{provider.name}: {provider.note}"))
        if self.base_url is None:
            problems.append(
                Violation("/endpoint_url", "missing", f"{provider.name} needs an endpoint. {provider.note}")
            )
        if self.endpoint_url is not None:
            check_endpoint(self.endpoint_url)
        if self.parameters.responses_api and not (provider.capabilities.responses_api and self.at_home):
            words = "the Responses API is spoken with OpenAI's own endpoint only"
            problems.append(Violation("/config_params_json/responses_api", "responses_api", words))
        if self.name == AUTO or self.name.startswith(AUTO + ":"):
            problems.append(Violation("/name", "reserved", f"{AUTO!r} is how a model is chosen for each call"))
        if self.name in self.fallbacks:
            problems.append(Violation("/fallbacks", "no_self", "a model cannot be its own fallback"))
        if problems:
            raise InvalidInput("this model could not be asked", violations=problems)

    def changed(self, now: datetime, *, expected_version: int | None, **fields: Any) -> "ModelRecord":
        """Return the next version; a key stays only with the address it was stored for.

        Raises ModelChangedMeanwhile.
        """
        if expected_version not in (None, self.version):
            raise ModelChangedMeanwhile(
                f"model {self.id} is at version {self.version}, the change was made against {expected_version}",
                extra={"current_version": self.version},
            )
        meta = {"version": self.version + 1, "updated_at": later(now, self.updated_at)}
        changed = self.model_copy(update={**fields, **meta})
        moved = (changed.provider, changed.base_url) != (self.provider, self.base_url)
        if moved and "sealed_key" not in fields:
            changed = changed.model_copy(update={"sealed_key": None, "key_hint": None})
        if moved and "key_id" not in fields:
            changed = changed.model_copy(update={"key_id": None})
        return changed


class ProviderKey(BaseModel):
    """A provider's key as its owner keeps it. It is sent to the provider's, or its own, origin only.

    One for tools goes where the tool goes whose settings refer to it.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    user_id: str
    provider: str
    label: str = Field(max_length=100)
    purpose: KeyPurpose = "models"
    endpoint_url: str | None = Field(default=None, max_length=500)
    hint: str
    sealed_key: str = Field(repr=False)
    created_at: datetime

    def may_go_to(self, url: str) -> bool:
        """Say whether this key was stored for that address."""
        home = self.endpoint_url or find_provider(self.provider).base_url
        return home is not None and origin_of(home) == origin_of(url)


class ModelRecords(BaseRepository[ModelRecord]):
    """The caller's own models and the global ones. Writing global ones is for administrators; the SQL says so too."""

    noun = "model"
    not_found = ModelNotFound

    async def find(self, owner: ModelOwner | None, search: str | None, page: PageRequest) -> Page[ModelRecord]:
        """Return a page of models, newest first."""
        raise NotImplementedError

    async def named(self, references: Sequence[str]) -> list[ModelRecord]:
        """Return the models that have one of these ids or names (one query)."""
        raise NotImplementedError

    async def count_own(self) -> int:
        """Return how many models the caller has."""
        raise NotImplementedError


class ProviderKeys(Protocol):
    """The caller's own provider keys."""

    async def add(self, key: ProviderKey) -> None:
        """Store a key. Raises ProviderKeyTaken."""
        ...

    async def get(self, key_id: str) -> ProviderKey | None:
        """Return a key of the caller."""
        ...

    async def list_own(self) -> list[ProviderKey]:
        """Return the caller's keys, newest first."""
        ...

    async def remove(self, key_id: str) -> bool:
        """Delete a key; return whether there was one."""
        ...


class ProviderKeyCheckResult(BaseModel):
    """How a key did: whether the provider took it, what it said, in how many milliseconds."""

    model_config = ConfigDict(frozen=True)

    accepted: bool
    detail: str
    duration_ms: float
    models: tuple[str, ...] = ()


class ProviderKeyCheck(Protocol):
    """Shows a key to its provider, without spending anything."""

    async def test(self, provider: Provider, key: str | None, url: str) -> ProviderKeyCheckResult:
        """Ask for the list of models with this key. Refused addresses and failures are results, not errors."""
        ...


def mask_key(key: str) -> str:
    """Return what may be shown of a key: its last four characters, of long keys only."""
    return "…" + key[-4:] if len(key) >= 16 else "…"
