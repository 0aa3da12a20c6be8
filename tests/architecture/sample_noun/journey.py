"""Runs in a process of its own over the copied tree: what people do with notes, over HTTP."""

import asyncio
import sys
from typing import Any

import httpx2

from dynagent.application.commands.identity import SetUserRole
from dynagent.application.shared.caller import LOCAL_ADMIN
from dynagent.infrastructure.postgres.database import Database, DatabaseSettings
from dynagent.infrastructure.postgres.prune import tidy, what_tidy_would_remove
from dynagent.infrastructure.security.keyring import SecretSettings
from dynagent.infrastructure.security.settings import AuthSettings
from dynagent.main import Platform, Settings, open_platform
from dynagent.main.engine import NOUNS
from dynagent.main.noun import retention_of

MAX_NOTES = 2
AUTH = {"auth_mode": "required", "registration": "open", "rate_limit_per_minute": 0, "address_limit_per_minute": 0}


async def main(url: str) -> None:
    """Start the application, and go through it."""
    settings = Settings(
        auth=AuthSettings.model_validate(AUTH),
        secrets=SecretSettings.model_validate({"secret_key": "s" * 40}),
        database=DatabaseSettings.model_validate({"database_url": url}),
    )
    async with open_platform(settings, takes_work=False) as platform:
        owner, other, viewer = [await _person(platform, name) for name in ("owner", "other", "viewer")]
        await platform.bus.send(SetUserRole(viewer["id"], "viewer"), LOCAL_ADMIN)
        await _use(owner["client"], other["client"], viewer["client"])
        paths: dict[str, Any] = platform.app.openapi()["paths"]
        assert set(paths["/api/v1/notes/{note_id}"]) == {"get", "put", "delete"}
        assert set(paths["/api/v1/notes"]) == {"get", "post"}
        _read_document(platform)
        await _outlive(settings.database, owner["client"])


async def _use(owner: httpx2.AsyncClient, other: httpx2.AsyncClient, viewer: httpx2.AsyncClient) -> None:
    made = await owner.post("/api/v1/notes", json={"text": "buy milk"})
    assert made.status_code == 201, made.text
    path = f"/api/v1/notes/{made.json()['id']}"
    assert [note["text"] for note in (await owner.get("/api/v1/notes")).json()] == ["buy milk"]
    changed = await owner.put(path, json={"text": "buy bread"})
    assert changed.json() == {**made.json(), "text": "buy bread"}, changed.text
    for outsider in (await other.get(path), await other.put(path, json={"text": "x"}), await other.delete(path)):
        assert (outsider.status_code, outsider.json()["error_code"]) == (404, "note_not_found"), outsider.text
    assert (await viewer.post("/api/v1/notes", json={"text": "x"})).status_code == 403
    assert (await viewer.get("/api/v1/notes")).json() == []
    assert (await owner.delete(path)).status_code == 204
    assert (await owner.get(path)).status_code == 404


def _read_document(platform: Platform) -> None:
    """The refusals of notes, and the permissions, stand in the document."""
    document: dict[str, Any] = platform.app.openapi()
    missing = document["paths"]["/api/v1/notes/{note_id}"]["get"]["responses"]["404"]
    assert "`note_not_found`" in missing["description"], missing
    too_many = document["paths"]["/api/v1/notes"]["post"]["responses"]["409"]
    assert "`too_many_notes`" in too_many["description"], too_many
    assert "409" not in document["paths"]["/api/v1/notes/{note_id}"]["put"]["responses"]
    told = document["components"]["schemas"]["ProfileOut"]["properties"]["permissions"]["items"]["enum"]
    assert {"notes:read", "notes:write"} <= set(told)


async def _outlive(settings: DatabaseSettings, owner: httpx2.AsyncClient) -> None:
    """The setting of the environment bounds the notes; those of last year but one go."""
    for _ in range(MAX_NOTES):
        assert (await owner.post("/api/v1/notes", json={"text": "old"})).status_code == 201
    refused = await owner.post("/api/v1/notes", json={"text": "one more"})
    assert (refused.status_code, refused.json()["error_code"]) == (409, "too_many_notes"), refused.text
    database = Database(settings)
    await database.connect()
    await database.pool.execute("UPDATE notes SET written_at = now() - interval '400 days'")
    rules = retention_of(NOUNS)
    assert (await what_tidy_would_remove(database.pool, rules))["notes"] == MAX_NOTES
    assert (await tidy(database.pool, rules))["notes"] == MAX_NOTES
    await database.close()
    assert (await owner.get("/api/v1/notes")).json() == []


async def _person(platform: Platform, name: str) -> dict[str, Any]:
    transport = httpx2.ASGITransport(app=platform.app, raise_app_exceptions=False)
    client = httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")
    body = {"username": name, "email": f"{name}@example.org", "password": "a long sentence, really"}
    answer = await client.post("/api/v1/auth/register", json=body)
    assert answer.status_code == 201, answer.text
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return {"client": client, "id": (await client.get("/api/v1/users/me")).json()["id"]}


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
