"""What the tests of models share."""

from typing import Any

import httpx2

from dynagent.application.commands.identity import SetUserRole
from dynagent.application.shared.caller import LOCAL_ADMIN
from dynagent.main import Platform
from tests.presentation.api.identity.house import BASE, PASSWORD, signed_in

MODELS, KEYS = "/api/v1/models", "/api/v1/users/api-keys"
SECRET, OLD = "sk-never-to-be-seen-4711", "s" * 40


async def register(platform: Platform, name: str) -> httpx2.AsyncClient:
    """Make an account; the client is signed in."""
    transport = httpx2.ASGITransport(app=platform.app, raise_app_exceptions=False)
    client = httpx2.AsyncClient(transport=transport, base_url=BASE, timeout=60)
    body = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
    return signed_in(client, await client.post("/api/v1/auth/register", json=body))


async def keep(client: httpx2.AsyncClient, **fields: Any) -> dict[str, Any]:
    """Keep a model."""
    body = {"provider": "openai-compatible", "model_identifier": "scripted", **fields}
    answer = await client.post(MODELS, json=body)
    assert answer.status_code == 201, answer.text
    assert SECRET not in answer.text
    return answer.json()


async def run(client: httpx2.AsyncClient, agent_id: str, query: str, **more: Any) -> dict[str, Any]:
    """Run an agent to its end."""
    answer = await client.post("/api/executions", json={"agent_id": agent_id, "query": query, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def trace(client: httpx2.AsyncClient, execution_id: str) -> list[dict[str, Any]]:
    """Return the events of a run."""
    return (await client.get(f"/api/v1/executions/{execution_id}/events?limit=1000")).json()["events"]


async def administrator(platform: Platform) -> httpx2.AsyncClient:
    """Make an administrator; the client is signed in."""
    root = await register(platform, "root")
    me = (await root.get("/api/v1/users/me")).json()["id"]
    await platform.bus.send(SetUserRole(me, "admin"), LOCAL_ADMIN)
    return root
