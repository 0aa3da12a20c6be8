"""Language models: what the routes need, and bodies that they take."""

from typing import Any

import httpx2

from tests.presentation.api.matrix.making import made

PERMISSIONS = {
    "list_providers": "models:read",
    "list_provider_models": "models:read",
    "get_provider_capabilities": "models:read",
    "choose_model": "models:read",
    "check_model_fit": "models:read",
    "get_model_usage": "models:read",
    "get_everybodys_usage": "users:read",
    "list_models": "models:read",
    "get_model": "models:read",
    "create_model": "models:write",
    "update_model": "models:write",
    "delete_model": "models:write",
    "get_installed_model": "models:read",
    "forget_installed_refusals": "users:write",
    "try_model": "models:write",
    "forget_refused_parts": "models:write",
    "list_model_addresses": "users:read",
    "allow_model_address": "users:write",
    "forbid_model_address": "users:write",
    "list_provider_keys": "keys:read",
    "add_provider_key": "keys:write",
    "test_provider_key": "keys:write",
    "remove_provider_key": "keys:write",
}
BODIES: dict[str, Any] = {
    "allow_model_address": {"endpoint_url": "http://127.0.0.1:11434/v1"},
    "choose_model": {"task": "Say hello"},
    "create_model": {"name": "other", "provider": "openai", "model_identifier": "gpt-4o-mini"},
    "update_model": {"max_rpm": 5},
    "add_provider_key": {"provider": "deepseek", "api_key": "sk-for-the-test-0000"},
    "test_provider_key": {"provider": "openai-compatible", "endpoint_url": "http://127.0.0.1:1/v1"},
}
OTHERS_THINGS = {"list_provider_models": True, "get_provider_capabilities": True}


async def make(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Keep a model and a provider's key."""
    key = {"provider": "openai", "api_key": "sk-of-the-owner-00000"}
    things["model_id"] = (await made(owner, "/api/v1/models", {**BODIES["create_model"], "name": "mine"}))["id"]
    things["provider_key_id"] = (await made(owner, "/api/v1/users/api-keys", key))["id"]
    things["provider_id"], things["host"], things["port"] = "openai", "127.0.0.1", "11434"


async def look_untouched(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Assert that nobody has changed them."""
    assert (await owner.get(f"/api/v1/models/{things['model_id']}")).json()["version"] == 1
    assert len((await owner.get("/api/v1/users/api-keys")).json()["api_keys"]) == 1
