"""Commands about providers' keys: add, remove, and test before saving."""

from dataclasses import dataclass, field

from dynagent.application.commands.language_models.desk import ModelDesk
from dynagent.application.shared.bus import Returns
from dynagent.application.shared.caller import Caller
from dynagent.core.language_models import (
    FOR_TOOLS,
    MAX_KEYS,
    KeyPurpose,
    ProviderKey,
    ProviderKeyAdded,
    ProviderKeyCheck,
    ProviderKeyCheckResult,
    ProviderKeyNotFound,
    ProviderKeyRemoved,
    TooManyModels,
    check_endpoint,
    find_provider,
    mask_key,
)
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.ids import is_id


@dataclass(frozen=True, kw_only=True)
class AddProviderKey(Returns[ProviderKey]):
    """Keep a provider's key, sealed. Raises ProviderNotFound, InvalidInput, ProviderKeyTaken, TooManyModels."""

    provider: str
    api_key: str = field(repr=False)
    label: str = ""
    purpose: KeyPurpose = "models"
    endpoint_url: str | None = None


@dataclass(frozen=True)
class RemoveProviderKey(Returns[None]):
    """Forget a key; models that used it have none any more. Raises ProviderKeyNotFound."""

    key_id: str


@dataclass(frozen=True, kw_only=True)
class TestProviderKey(Returns[ProviderKeyCheckResult]):
    """Show a key to its provider without saving it. Raises ProviderNotFound, InvalidInput.

    Register it free of a scope: it waits for somebody else's server.
    """

    __test__ = False

    provider: str
    api_key: str | None = field(default=None, repr=False)
    endpoint_url: str | None = None


class AddProviderKeyHandler:
    """Handles AddProviderKey."""

    def __init__(self, desk: ModelDesk) -> None:
        self._desk = desk

    async def __call__(self, message: AddProviderKey, caller: Caller) -> ProviderKey:
        """Return the key as stored."""
        desk, id = self._desk, self._desk.new_id()
        provider, label = stored_as(message)
        if len(await desk.keys.list_own()) >= MAX_KEYS:
            raise TooManyModels(f"you have {MAX_KEYS} provider keys; remove one first")
        key = ProviderKey(
            id=id,
            user_id=caller.user_id,
            provider=provider,
            label=label,
            purpose=message.purpose,
            endpoint_url=message.endpoint_url,
            hint=mask_key(message.api_key),
            sealed_key=desk.box.seal(message.api_key, row=id),
            created_at=desk.clock(),
        )
        await desk.keys.add(key)
        desk.report(ProviderKeyAdded, key.id, caller, provider=key.provider, label=key.label, purpose=key.purpose)
        await desk.uow.commit()
        desk.store.forget(caller.user_id)
        return key


class RemoveProviderKeyHandler:
    """Handles RemoveProviderKey."""

    def __init__(self, desk: ModelDesk) -> None:
        self._desk = desk

    async def __call__(self, message: RemoveProviderKey, caller: Caller) -> None:
        """Forget it."""
        if not is_id(message.key_id) or not await self._desk.keys.remove(message.key_id):
            raise ProviderKeyNotFound(f"you have no provider key {message.key_id!r}")
        self._desk.report(ProviderKeyRemoved, message.key_id, caller)
        await self._desk.uow.commit()
        self._desk.store.forget(None)


class TestProviderKeyHandler:
    """Handles TestProviderKey."""

    __test__ = False

    def __init__(self, tester: ProviderKeyCheck) -> None:
        self._tester = tester

    async def __call__(self, message: TestProviderKey, caller: Caller) -> ProviderKeyCheckResult:
        """Return what the provider said."""
        provider = find_provider(message.provider)
        url = address_of(provider.id, message.endpoint_url)
        return await self._tester.test(provider, message.api_key, url)


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
