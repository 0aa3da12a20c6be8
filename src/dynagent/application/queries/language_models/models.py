"""Questions about models, providers and keys."""

from collections.abc import Callable
from dataclasses import dataclass, field

from dynagent.application.shared.bus import Returns
from dynagent.application.shared.caller import Caller
from dynagent.core.language_models import (
    PROVIDERS,
    Capabilities,
    KnownModel,
    KnownModels,
    ModelNotFound,
    ModelOwner,
    ModelRecord,
    ModelRecords,
    ModelsInStore,
    Provider,
    ProviderKey,
    ProviderKeys,
    find_provider,
)
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import Page, PageRequest


@dataclass(frozen=True, slots=True)
class ModelView:
    """A model, what it can do, how its endpoint is, and what somebody should know before using it."""

    record: ModelRecord
    capabilities: Capabilities
    circuit: str
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class ListModels(Returns[Page[ModelView]]):
    """A page of the caller's own and the global models, newest first."""

    owner: ModelOwner | None = None
    search: str | None = None
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True)
class GetModel(Returns[ModelView]):
    """One model. With `wanted` the warnings say what of that it cannot do. Raises ModelNotFound."""

    model_id: str
    wanted: Capabilities = field(default_factory=Capabilities)


@dataclass(frozen=True)
class ListProviders(Returns[list[Provider]]):
    """All providers."""


@dataclass(frozen=True)
class ListProviderModels(Returns[list[KnownModel]]):
    """The models that a provider is known to have. Raises ProviderNotFound."""

    provider_id: str


@dataclass(frozen=True)
class GetProviderCapabilities(Returns[Provider]):
    """What a provider's models can do. Raises ProviderNotFound."""

    provider_id: str


@dataclass(frozen=True)
class ListProviderKeys(Returns[list[ProviderKey]]):
    """The caller's provider keys, newest first."""


class ModelViews:
    """Makes views of records."""

    def __init__(self, known: KnownModels, store: ModelsInStore, has_key: Callable[[ModelRecord], bool]) -> None:
        self._known = known
        self._store = store
        self._has_key = has_key

    def of(self, record: ModelRecord, wanted: Capabilities | None = None) -> ModelView:
        """Return the view of a record."""
        provider = find_provider(record.provider)
        window = Capabilities(context_window=self._known.context_window(provider, record.model_identifier))
        capabilities = Capabilities.model_validate(record.capabilities).over(window.over(provider.capabilities))
        warnings = capabilities.missing(wanted or Capabilities())
        if provider.needs_key and not self._has_key(record):
            warnings.append(f"there is no key for {provider.name}: add one to the model or to your keys")
        return ModelView(record, capabilities, self._store.circuit_of(record), tuple(warnings))


class ListModelsHandler:
    """Handles ListModels."""

    def __init__(self, models: ModelRecords, keys: ProviderKeys, known: KnownModels, store: ModelsInStore) -> None:
        self._models = models
        self._keys = keys
        self._known = known
        self._store = store

    async def __call__(self, message: ListModels, caller: Caller) -> Page[ModelView]:
        """Return the page."""
        page = await self._models.find(message.owner, message.search, message.page)
        views = ModelViews(self._known, self._store, having_key(await self._keys.list_own()))
        items = [views.of(record) for record in page.items]
        return Page(items=items, **page.model_dump(exclude={"items"}))


class GetModelHandler:
    """Handles GetModel."""

    def __init__(self, models: ModelRecords, keys: ProviderKeys, known: KnownModels, store: ModelsInStore) -> None:
        self._models = models
        self._keys = keys
        self._known = known
        self._store = store

    async def __call__(self, message: GetModel, caller: Caller) -> ModelView:
        """Return the model."""
        record = await self._models.get_by_id(message.model_id) if is_id(message.model_id) else None
        if record is None:
            raise ModelNotFound(f"there is no model {message.model_id!r}")
        views = ModelViews(self._known, self._store, having_key(await self._keys.list_own()))
        return views.of(record, message.wanted)


class ListProvidersHandler:
    """Handles ListProviders."""

    async def __call__(self, message: ListProviders, caller: Caller) -> list[Provider]:
        """Return them in the order of the catalogue."""
        return list(PROVIDERS.values())


class ListProviderModelsHandler:
    """Handles ListProviderModels."""

    def __init__(self, known: KnownModels) -> None:
        self._known = known

    async def __call__(self, message: ListProviderModels, caller: Caller) -> list[KnownModel]:
        """Return them by name."""
        return self._known.of_provider(find_provider(message.provider_id))


class GetProviderCapabilitiesHandler:
    """Handles GetProviderCapabilities."""

    async def __call__(self, message: GetProviderCapabilities, caller: Caller) -> Provider:
        """Return the provider."""
        return find_provider(message.provider_id)


class ListProviderKeysHandler:
    """Handles ListProviderKeys."""

    def __init__(self, keys: ProviderKeys) -> None:
        self._keys = keys

    async def __call__(self, message: ListProviderKeys, caller: Caller) -> list[ProviderKey]:
        """Return them."""
        return await self._keys.list_own()


def having_key(keys: list[ProviderKey]) -> Callable[[ModelRecord], bool]:
    """Return whether a model has a key of its own or one among these that may go to its address."""

    def has_key(record: ModelRecord) -> bool:
        url = record.base_url
        if record.sealed_key is not None or record.key_id is not None or url is None:
            return record.sealed_key is not None or record.key_id is not None
        return any(key.provider == record.provider and key.may_go_to(url) for key in keys if key.purpose == "models")

    return has_key
