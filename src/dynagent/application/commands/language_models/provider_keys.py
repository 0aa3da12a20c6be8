"""Commands about providers' keys: add, remove, and test before saving."""

from dataclasses import dataclass, field

from dynagent.application.commands.language_models.editor import ModelEditor
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.language_models import (
    FOR_TOOLS,
    MAX_KEYS,
    KeyPurpose,
    ModelsInStore,
    ProviderKey,
    ProviderKeyAdded,
    ProviderKeyCheck,
    ProviderKeyCheckResult,
    ProviderKeyNotFound,
    ProviderKeyRemoved,
    ProviderKeys,
    ProviderKeyTaken,
    ProviderNotFound,
    TooManyModels,
    check_endpoint,
    find_provider,
    mask_key,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.ids import NewId, is_id, new_id
from dynagent.core.shared.sealing import SealsSecrets
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class AddProviderKey(
    Command[ProviderKey], needs="keys:write", raises=(ProviderNotFound, InvalidInput, ProviderKeyTaken, TooManyModels)
):
    """Keep a provider's key, sealed. Raises ProviderNotFound, InvalidInput, ProviderKeyTaken, TooManyModels."""

    provider: str
    api_key: str = field(repr=False)
    label: str = ""
    purpose: KeyPurpose = "models"
    endpoint_url: str | None = None


@dataclass(frozen=True)
class RemoveProviderKey(Command[None], needs="keys:write", raises=(ProviderKeyNotFound,)):
    """Forget a key; models that used it have none any more. Raises ProviderKeyNotFound."""

    key_id: str


@dataclass(frozen=True, kw_only=True)
class TestProviderKey(
    Command[ProviderKeyCheckResult],
    needs="keys:write",
    raises=(ProviderNotFound, InvalidInput),
    scope="none",
    unaudited="it stores nothing",
):
    """Show a key to its provider without saving it. Raises ProviderNotFound, InvalidInput.

    It waits for somebody else's server and holds no session.
    """

    __test__ = False

    provider: str
    api_key: str | None = field(default=None, repr=False)
    endpoint_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddProviderKeyHandler:
    """Handles AddProviderKey."""

    keys: ProviderKeys
    uow: UnitOfWork
    box: SealsSecrets
    store: ModelsInStore
    editor: ModelEditor
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def __call__(self, message: AddProviderKey, caller: Caller) -> ProviderKey:
        """Return the key as stored."""
        id = self.new_id()
        provider, label = stored_as(message)
        if len(await self.keys.list_own()) >= MAX_KEYS:
            raise TooManyModels(f"you have {MAX_KEYS} provider keys; remove one first")
        key = ProviderKey(
            id=id,
            user_id=caller.user_id,
            provider=provider,
            label=label,
            purpose=message.purpose,
            endpoint_url=message.endpoint_url,
            hint=mask_key(message.api_key),
            sealed_key=self.box.seal(message.api_key, row=id),
            created_at=self.clock(),
        )
        await self.keys.add(key)
        self.editor.record(
            ProviderKeyAdded, key.id, caller, provider=key.provider, label=key.label, purpose=key.purpose
        )
        await self.uow.commit()
        self.store.forget(caller.user_id)
        return key


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveProviderKeyHandler:
    """Handles RemoveProviderKey."""

    keys: ProviderKeys
    uow: UnitOfWork
    store: ModelsInStore
    editor: ModelEditor

    async def __call__(self, message: RemoveProviderKey, caller: Caller) -> None:
        """Forget it."""
        if not is_id(message.key_id) or not await self.keys.remove(message.key_id):
            raise ProviderKeyNotFound(f"you have no provider key {message.key_id!r}")
        self.editor.record(ProviderKeyRemoved, message.key_id, caller)
        await self.uow.commit()
        self.store.forget(None)


@dataclass(frozen=True, slots=True)
class TestProviderKeyHandler:
    """Handles TestProviderKey."""

    __test__ = False

    tester: ProviderKeyCheck

    async def __call__(self, message: TestProviderKey, caller: Caller) -> ProviderKeyCheckResult:
        """Return what the provider said."""
        provider = find_provider(message.provider)
        url = address_of(provider.id, message.endpoint_url)
        return await self.tester.test(provider, message.api_key, url)


def stored_as(message: AddProviderKey) -> tuple[str, str]:
    """Return provider and label of a new key. Raises ProviderNotFound, InvalidInput for what does not fit together."""
    if FOR_TOOLS not in (message.provider, message.purpose):
        provider = find_provider(message.provider)
        address_of(provider.id, message.endpoint_url)
        return provider.id, message.label or provider.name
    problems = [
        Violation(pointer, "for_tools", words)
        for pointer, wrong, words in (
            ("/provider", message.provider != FOR_TOOLS, f"a key for tools has the provider {FOR_TOOLS!r}"),
            ("/purpose", message.purpose != FOR_TOOLS, f"a key of {FOR_TOOLS!r} has the purpose {FOR_TOOLS!r}"),
            ("/label", not message.label, "settings of tools refer to it by its label"),
            ("/endpoint_url", message.endpoint_url is not None, "it goes where the tool goes"),
        )
        if wrong
    ]
    if problems:
        raise InvalidInput("this is no key for tools", violations=problems)
    return FOR_TOOLS, message.label


def address_of(provider_id: str, endpoint_url: str | None) -> str:
    """Return where a key is to be shown. Raises InvalidInput without an address."""
    provider = find_provider(provider_id)
    if endpoint_url is not None:
        check_endpoint(endpoint_url)
    url = endpoint_url or provider.base_url
    if url is None:
        missing = Violation("/endpoint_url", "missing", f"{provider.name} needs an endpoint. {provider.note}")
        raise InvalidInput("there is no address to show this key to", violations=[missing])
    return url.rstrip("/")
