"""Questions about models, providers and keys."""

from collections.abc import Callable
from dataclasses import dataclass, field

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.language_models import (
    PROVIDERS,
    Candidate,
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
    ProviderNotFound,
    find_provider,
)
from dynagent.core.shared.paging import Page, PageRequest


@dataclass(frozen=True, slots=True)
class ModelView:
    """A model, what it can do, how its endpoint is, and what somebody should know before using it."""

    record: ModelRecord
    capabilities: Capabilities
    circuit: str
    warnings: tuple[str, ...]


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

    def __init__(self, known: KnownModels, store: ModelsInStore, keys: list[ProviderKey], caller: Caller) -> None:
        self._known = known
        self._store = store
        self._has_key = having_key(keys)
        self._is_admin = caller.is_admin

    def of(self, record: ModelRecord, wanted: Capabilities | None = None) -> ModelView:
        """Return the view of a record."""
        capabilities = record.able(self._known.find(record.provider, record.model_identifier))
        warnings = capabilities.missing(wanted or Capabilities())
        if self.lacks_key(record):
            name = find_provider(record.provider).name
            warnings.append(f"there is no key for {name}: add one to the model or to your keys")
        return ModelView(record, capabilities, self._store.circuit_of(record), tuple(warnings))

    def candidate(self, record: ModelRecord) -> Candidate:
        """Return the record as one that could be chosen."""
        circuit_open = "the circuit of its endpoint is open" if self._store.circuit_of(record) == "open" else ""
        obstacle = "there is no key for it" if self.lacks_key(record) else circuit_open
        return record.candidate(self._known.find(record.provider, record.model_identifier), obstacle=obstacle)

    def lacks_key(self, record: ModelRecord) -> bool:
        """Say whether its provider would refuse it for want of a key."""
        lent = self._store.lends_key(record, is_admin=self._is_admin)
        return find_provider(record.provider).needs_key and not lent and not self._has_key(record)


@dataclass(frozen=True, slots=True)
class ListModelsHandler:
    """Handles ListModels."""

    models: ModelRecords
    keys: ProviderKeys
    known: KnownModels
    store: ModelsInStore

    async def __call__(self, message: ListModels, caller: Caller) -> Page[ModelView]:
        """Return the page."""
        page = await self.models.find(message.owner, message.search, message.page)
        views = ModelViews(self.known, self.store, await self.keys.list_own(), caller)
        items = [views.of(record) for record in page.items]
        return Page(items=items, **page.model_dump(exclude={"items"}))


@dataclass(frozen=True, slots=True)
class GetModelHandler:
    """Handles GetModel."""

    models: ModelRecords
    keys: ProviderKeys
    known: KnownModels
    store: ModelsInStore

    async def __call__(self, message: GetModel, caller: Caller) -> ModelView:
        """Return the model."""
        record = await self.models.existing(message.model_id)
        views = ModelViews(self.known, self.store, await self.keys.list_own(), caller)
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
