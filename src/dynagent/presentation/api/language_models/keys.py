"""Routes of providers' keys. They must be declared before the routes of users."""

from fastapi import Response

from dynagent.application.commands.language_models import RemoveProviderKey, TestProviderKey
from dynagent.application.queries.language_models import ListProviderKeys
from dynagent.presentation.api.language_models.bodies import (
    ProviderKeyBody,
    ProviderKeyCheckBody,
    ProviderKeyCheckOut,
    ProviderKeyList,
    ProviderKeyOut,
)
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.router import noun_router

router = noun_router("users/api-keys", "Models")


@router.get("", operation_id="list_provider_keys", summary="List your provider keys")
async def list_provider_keys(ask: Ask) -> ProviderKeyList:
    """Give your keys of providers, masked, newest first."""
    return ProviderKeyList(api_keys=[ProviderKeyOut.of(key) for key in await ask(ListProviderKeys())])


@router.post("", status_code=201, operation_id="add_provider_key", summary="Keep a provider key")
async def add_provider_key(body: ProviderKeyBody, response: Response, ask: Ask) -> ProviderKeyOut:
    """Keep a provider's key, encrypted; it is shown masked from now on."""
    key = await ask(body.message())
    response.headers["Location"] = f"/api/users/api-keys/{key.id}"
    return ProviderKeyOut.of(key)


@router.post("/test", operation_id="test_provider_key", summary="Try a provider key")
async def test_provider_key(body: ProviderKeyCheckBody, ask: Ask) -> ProviderKeyCheckOut:
    """Show a key to its provider without keeping it; costs nothing."""
    key = None if body.api_key is None else body.api_key.get_secret_value()
    message = TestProviderKey(provider=body.provider, api_key=key, endpoint_url=body.endpoint_url)
    return ProviderKeyCheckOut(**dict(await ask(message)))


@router.delete("/{key_id}", status_code=204, operation_id="remove_provider_key", summary="Forget a provider key")
async def remove_provider_key(key_id: str, ask: Ask) -> None:
    """Forget a key; models that used it have none any more."""
    await ask(RemoveProviderKey(key_id))
