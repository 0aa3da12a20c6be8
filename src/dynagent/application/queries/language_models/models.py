"""Questions about models, providers and keys."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.language_models import (
    PROVIDERS,
    Candidate,
    Capabilities,
    KnownModel,
    KnownModels,
    ModelAddress,
    ModelAddresses,
    ModelHealth,
    ModelHealths,
    ModelNotFound,
    ModelOwner,
    ModelRecord,
    ModelRecords,
    ModelsInStore,
    Provider,
    ProviderKey,
    ProviderKeys,
    ProviderNotFound,
    RefusedPart,
    find_provider,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.paging import Page, PageRequest


@dataclass(frozen=True, slots=True)
class ModelView:
    """A model, what it can do, how its endpoint is, and what somebody should know before using it."""

    record: ModelRecord
    capabilities: Capabilities
    circuit: str
    warnings: tuple[str, ...]
    health: ModelHealth = field(default_factory=ModelHealth)
    refused: tuple[RefusedPart, ...] = ()
    obstacle: str = ""


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """The installation's default model, and what its endpoint refuses."""

    candidate: Candidate
    refused: tuple[RefusedPart, ...]


@dataclass(frozen=True)
class GetInstalledModel(Query[InstalledModel], needs="models:read", scope="none"):
    """The model for agents that choose none."""


@dataclass(frozen=True)
class ListModelAddresses(Query[list[ModelAddress]], needs="users:read"):
    """The private addresses that models may be at."""


@dataclass(frozen=True)
class ListModels(Query[Page[ModelView]], needs="models:read"):
    """A page of the caller's own and the global models, newest first."""

    owner: ModelOwner | None = None
    search: str | None = None
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True)
class GetModel(Query[ModelView], needs="models:read", raises=(ModelNotFound,)):
    """One model. With `wanted` the warnings say what of that it cannot do. Raises ModelNotFound."""

    model_id: str
    wanted: Capabilities = field(default_factory=Capabilities)


@dataclass(frozen=True)
class ListProviders(Query[list[Provider]], needs="models:read", scope="none"):
    """All providers."""


@dataclass(frozen=True)
class ListProviderModels(Query[list[KnownModel]], needs="models:read", raises=(ProviderNotFound,), scope="none"):
    """The models that a provider is known to have. Raises ProviderNotFound."""

    provider_id: str


@dataclass(frozen=True)
class GetProviderCapabilities(Query[Provider], needs="models:read", raises=(ProviderNotFound,), scope="none"):
    """What a provider's models can do. Raises ProviderNotFound."""

    provider_id: str


@dataclass(frozen=True)
class ListProviderKeys(Query[list[ProviderKey]], needs="keys:read"):
    """The caller's provider keys, newest first."""


class ModelViews:
    """Makes views of records, for a caller with these keys."""

    def __init__(
        self,
        known: KnownModels,
        store: ModelsInStore,
        *,
        keys: list[ProviderKey],
        caller: Caller,
        health: Mapping[str, ModelHealth],
        now: datetime,
    ) -> None:
        self._now = now
        self._known = known
        self._health = health
        self._store = store
        self._has_key = having_key(keys)
        self._is_admin = caller.is_admin

    def of(self, record: ModelRecord, wanted: Capabilities | None = None) -> ModelView:
        """Return the view of a record."""
        health = self._health.get(record.id, ModelHealth())
        capabilities = record.able(self._known.find(record.provider, record.model_identifier), health.shown())
        obstacle = self._store.obstacle_of(record)
        warnings = capabilities.missing(wanted or Capabilities())
        if self.lacks_key(record):
            name = find_provider(record.provider).name
            warnings.append(f"there is no key for {name}: add one to the model or to your keys")
        if obstacle:
            warnings.append(obstacle)
        return ModelView(
            record,
            capabilities,
            self._store.circuit_of(record),
            tuple(warnings),
            health=health,
            refused=health.refused_at(self._now),
            obstacle=obstacle,
        )

    def candidate(self, record: ModelRecord) -> Candidate:
        """Return the record as one that could be chosen."""
        circuit_open = "the circuit of its endpoint is open" if self._store.circuit_of(record) == "open" else ""
        obstacle = "there is no key for it" if self.lacks_key(record) else circuit_open
        shown = self._health[record.id].shown() if record.id in self._health else None
        return record.candidate(
            self._known.find(record.provider, record.model_identifier),
            obstacle=obstacle or self._store.obstacle_of(record),
            shown=shown,
        )

    def lacks_key(self, record: ModelRecord) -> bool:
        """Say whether its provider would refuse it for want of a key."""
        lent = self._store.lends_key(record, is_admin=self._is_admin)
        return find_provider(record.provider).needs_key and not lent and not self._has_key(record)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenViews:
    """Reads what views are made of: keys, and how models do."""

    keys: ProviderKeys
    healths: ModelHealths
    known: KnownModels
    store: ModelsInStore
    clock: Clock = utc_now

    async def open(self, model_ids: Sequence[str], caller: Caller) -> ModelViews:
        """Return what makes views of these models for a caller."""
        health = await self.healths.of(model_ids)
        return ModelViews(
            self.known, self.store, keys=await self.keys.list_own(), caller=caller, health=health, now=self.clock()
        )


@dataclass(frozen=True, slots=True)
class GetInstalledModelHandler:
    """Handles GetInstalledModel."""

    store: ModelsInStore

    async def __call__(self, message: GetInstalledModel, caller: Caller) -> InstalledModel:
        """Return it."""
        refused = (RefusedPart(part=part, until=until) for part, until in self.store.installed_refused().items())
        return InstalledModel(self.store.installed(), tuple(sorted(refused, key=lambda one: one.until)))


@dataclass(frozen=True, slots=True)
class ListModelAddressesHandler:
    """Handles ListModelAddresses."""

    addresses: ModelAddresses

    async def __call__(self, message: ListModelAddresses, caller: Caller) -> list[ModelAddress]:
        """Return them by host and port."""
        return await self.addresses.list_all()


@dataclass(frozen=True, slots=True)
class ListModelsHandler:
    """Handles ListModels."""

    models: ModelRecords
    views: OpenViews

    async def __call__(self, message: ListModels, caller: Caller) -> Page[ModelView]:
        """Return the page."""
        page = await self.models.find(message.owner, message.search, message.page)
        views = await self.views.open([record.id for record in page.items], caller)
        items = [views.of(record) for record in page.items]
        return Page(items=items, **page.model_dump(exclude={"items"}))


@dataclass(frozen=True, slots=True)
class GetModelHandler:
    """Handles GetModel."""

    models: ModelRecords
    views: OpenViews

    async def __call__(self, message: GetModel, caller: Caller) -> ModelView:
        """Return the model."""
        record = await self.models.existing(message.model_id)
        views = await self.views.open([record.id], caller)
        return views.of(record, message.wanted)


@dataclass(frozen=True, slots=True)
class ListProvidersHandler:
    """Handles ListProviders."""

    async def __call__(self, message: ListProviders, caller: Caller) -> list[Provider]:
        """Return them in the order of the catalogue."""
        return list(PROVIDERS.values())


@dataclass(frozen=True, slots=True)
class ListProviderModelsHandler:
    """Handles ListProviderModels."""

    known: KnownModels

    async def __call__(self, message: ListProviderModels, caller: Caller) -> list[KnownModel]:
        """Return them by name."""
        return self.known.of_provider(find_provider(message.provider_id))


@dataclass(frozen=True, slots=True)
class GetProviderCapabilitiesHandler:
    """Handles GetProviderCapabilities."""

    async def __call__(self, message: GetProviderCapabilities, caller: Caller) -> Provider:
        """Return the provider."""
        return find_provider(message.provider_id)


@dataclass(frozen=True, slots=True)
class ListProviderKeysHandler:
    """Handles ListProviderKeys."""

    keys: ProviderKeys

    async def __call__(self, message: ListProviderKeys, caller: Caller) -> list[ProviderKey]:
        """Return them."""
        return await self.keys.list_own()


def having_key(keys: list[ProviderKey]) -> Callable[[ModelRecord], bool]:
    """Return whether a model has a key of its own or one among these that may go to its address."""

    def has_key(record: ModelRecord) -> bool:
        url = record.base_url
        if record.sealed_key is not None or record.key_id is not None or url is None:
            return record.sealed_key is not None or record.key_id is not None
        return any(key.provider == record.provider and key.may_go_to(url) for key in keys if key.purpose == "models")

    return has_key
