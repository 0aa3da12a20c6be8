"""Models, providers and keys as JSON; a key is written and never read again."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from dynagent.application.commands.language_models import AddProviderKey, CreateModel
from dynagent.application.queries.language_models import ModelView
from dynagent.core.language_models import (
    Capabilities,
    KeyPurpose,
    KnownModel,
    ModelParameters,
    ModelRecord,
    Provider,
    ProviderKey,
    ProviderKeyCheckResult,
    ProviderUsage,
    find_provider,
)
from dynagent.core.language_models.keys import read_key
from dynagent.core.shared.paging import Page
from dynagent.presentation.api.language_models.health import ModelHealthOut
from dynagent.presentation.api.shared.paging import Envelope, page_fields

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Key = Annotated[
    SecretStr,
    Field(min_length=1, max_length=2000),
    AfterValidator(lambda key: SecretStr(read_key(key.get_secret_value()))),
]
Url = Annotated[str, StringConstraints(strip_whitespace=True, min_length=8, max_length=500)]


class ModelBody(BaseModel):
    """A model to keep."""

    model_config = ConfigDict(extra="forbid")

    name: Text = Field(examples=["fast"], description="What agents and runs call it.")
    provider: Text = Field(examples=["openai"])
    model_identifier: Text = Field(examples=["gpt-4o-mini"], description="What the provider calls it.")
    endpoint_url: Url | None = Field(
        default=None, description="Where it is met, when not at its provider's own address."
    )
    api_key: Key | None = Field(default=None, description="Kept encrypted, never shown again.")
    key_id: str | None = Field(default=None, max_length=36, description="One of your provider keys instead.")
    config_params_json: ModelParameters = Field(default_factory=ModelParameters)
    capabilities: Capabilities = Field(default_factory=Capabilities, description="What you know better than we.")
    fallbacks: tuple[Text, ...] = Field(default=(), max_length=5, description="Models that step in, in this order.")
    max_rpm: int | None = Field(default=None, ge=1, le=1_000_000, description="Calls a minute.")
    for_all: bool = Field(default=False, description="A global model; for administrators.")

    def message(self) -> CreateModel:
        """Return the command."""
        return CreateModel(
            name=self.name,
            provider=self.provider,
            model_identifier=self.model_identifier,
            endpoint_url=self.endpoint_url,
            api_key=None if self.api_key is None else self.api_key.get_secret_value(),
            key_id=self.key_id,
            parameters=self.config_params_json,
            capabilities=self.capabilities,
            fallbacks=self.fallbacks,
            max_rpm=self.max_rpm,
            for_all=self.for_all,
        )


class ModelChanges(BaseModel):
    """What to change; what is left out stays. Another provider or address drops the key unless one is sent along."""

    model_config = ConfigDict(extra="forbid")

    name: Text | None = None
    provider: Text | None = None
    model_identifier: Text | None = None
    endpoint_url: Url | None = None
    api_key: Key | None = None
    key_id: str | None = Field(default=None, max_length=36)
    config_params_json: ModelParameters | None = None
    capabilities: Capabilities | None = None
    fallbacks: Annotated[tuple[Text, ...], Field(max_length=5)] | None = None
    max_rpm: int | None = Field(default=None, ge=1, le=1_000_000)
    enabled: bool | None = None
    version: int | None = Field(default=None, ge=1, le=2**31 - 1, description="The version that is changed.")

    def given(self) -> dict[str, Any]:
        """Return the fields that were given, as a record has them; null empties only what can be empty."""
        emptied = {"endpoint_url", "api_key", "key_id", "max_rpm"}
        fields = {name: getattr(self, name) for name in self.model_fields_set - {"version"}}
        fields = {name: value for name, value in fields.items() if value is not None or name in emptied}
        if "api_key" in fields:
            fields["api_key"] = self.api_key.get_secret_value() if self.api_key else None
        if "config_params_json" in fields:
            fields["parameters"] = fields.pop("config_params_json")
        if "capabilities" in fields and self.capabilities:
            fields["capabilities"] = self.capabilities.model_dump(exclude_none=True)
        return fields


class ModelOut(BaseModel):
    """A model; `key_hint` is the end of its key, `circuit` whether calls pass to its endpoint now."""

    id: str
    name: str
    provider: str
    provider_name: str
    model_identifier: str
    owner: str = Field(description="`own` or `global`.")
    endpoint_url: str | None
    key_hint: str | None
    key_id: str | None
    config_params_json: ModelParameters
    fallbacks: tuple[str, ...]
    max_rpm: int | None
    enabled: bool
    version: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def fields_of(cls, record: ModelRecord) -> dict[str, Any]:
        """Return the answer's fields for a record."""
        same = ("id", "name", "provider", "model_identifier", "endpoint_url", "key_hint", "key_id", "fallbacks")
        more = ("max_rpm", "enabled", "version", "created_at", "updated_at")
        return {
            **{name: getattr(record, name) for name in (*same, *more)},
            "provider_name": find_provider(record.provider).name,
            "owner": "global" if record.user_id is None else "own",
            "config_params_json": record.parameters,
        }

    @classmethod
    def of(cls, record: ModelRecord) -> "ModelOut":
        """Return the answer for a record."""
        return cls(**cls.fields_of(record))


class ModelDetails(ModelOut):
    """A model with what it can do, how its endpoint is, and what should be known before it is used."""

    capabilities: Capabilities
    circuit: str
    warnings: tuple[str, ...]
    obstacle: str = Field(description="Why its address cannot be spoken to; an administrator may allow it.")
    health: ModelHealthOut

    @classmethod
    def of_view(cls, view: ModelView) -> "ModelDetails":
        """Return the answer for a view."""
        return cls(
            **cls.fields_of(view.record),
            capabilities=view.capabilities,
            circuit=view.circuit,
            warnings=view.warnings,
            obstacle=view.obstacle,
            health=ModelHealthOut.of_view(view),
        )


class ModelList(Envelope):
    """A page of models, newest first."""

    models: list[ModelDetails]

    @classmethod
    def of(cls, page: Page[ModelView]) -> "ModelList":
        """Return the answer for a page."""
        return cls(models=[ModelDetails.of_view(view) for view in page.items], **page_fields(page))


class ProviderOut(BaseModel):
    """A provider."""

    id: str
    name: str
    base_url: str | None
    needs_key: bool
    needs_endpoint: bool
    capabilities: Capabilities
    note: str

    @classmethod
    def of(cls, provider: Provider) -> "ProviderOut":
        """Return the answer for a provider."""
        same: dict[str, Any] = {name: getattr(provider, name) for name in cls.model_fields if name != "needs_endpoint"}
        return cls(**same, needs_endpoint=provider.base_url is None)


class ProviderList(BaseModel):
    """All providers."""

    providers: list[ProviderOut]


class KnownModelList(BaseModel):
    """The models that a provider is known to have, without asking it."""

    models: list[KnownModel]


class UsageOut(ProviderUsage):
    """Sums for one model of one provider; `cost_usd` as far as prices are known."""


class UsageList(BaseModel):
    """Usage by provider and model, most calls first."""

    days: int
    usage: list[UsageOut]

    @classmethod
    def of(cls, days: int, sums: list[ProviderUsage]) -> "UsageList":
        """Return the answer for sums."""
        return cls(days=days, usage=[UsageOut(**item.model_dump()) for item in sums])


class ProviderKeyBody(BaseModel):
    """A provider's key to keep."""

    model_config = ConfigDict(extra="forbid")

    provider: Text = Field(examples=["openai"])
    api_key: Key
    label: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""
    purpose: KeyPurpose = Field(
        default="models",
        description='`tools` (with the provider `tools`): settings of tools refer to it, `{"$secret": "<label>"}`.',
    )
    endpoint_url: Url | None = Field(default=None, description="The one address this key may be sent to.")

    def message(self) -> AddProviderKey:
        """Return the command."""
        return AddProviderKey(
            provider=self.provider,
            api_key=self.api_key.get_secret_value(),
            label=self.label,
            purpose=self.purpose,
            endpoint_url=self.endpoint_url,
        )


class ProviderKeyCheckBody(BaseModel):
    """A key to try; nothing is stored."""

    model_config = ConfigDict(extra="forbid")

    provider: Text
    api_key: Key | None = None
    endpoint_url: Url | None = None


class ProviderKeyCheckOut(ProviderKeyCheckResult):
    """How the key did."""


class ProviderKeyOut(BaseModel):
    """A provider's key, masked."""

    id: str
    provider: str
    label: str
    purpose: KeyPurpose
    endpoint_url: str | None
    hint: str
    created_at: datetime

    @classmethod
    def of(cls, key: ProviderKey) -> "ProviderKeyOut":
        """Return the answer for a key."""
        return cls(**key.model_dump(include=set(cls.model_fields)))


class ProviderKeyList(BaseModel):
    """Your provider keys, newest first."""

    api_keys: list[ProviderKeyOut]
