"""After a day's work nothing secret stands in the database or in any log, searched for literally (issue 5)."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from dynagent.application.commands.identity import PrepareSetup
from dynagent.application.shared.caller import SYSTEM
from dynagent.infrastructure.http.guarded import OutboundSettings
from dynagent.infrastructure.llm.factory import ModelSettings
from dynagent.infrastructure.observability.logging import LogSettings
from dynagent.infrastructure.postgres.database import DatabaseSettings
from dynagent.infrastructure.security.keyring import SecretSettings
from dynagent.infrastructure.security.settings import AuthSettings
from dynagent.main import Platform, Settings, open_platform
from tests.conftest import connected_to
from tests.fakes.http_server import Reply, Seen, stub_server
from tests.presentation.api.identity.house import BASE, signed_in
from tests.presentation.api.identity.test_every_route import AUTH

PASSWORD, NEXT_PASSWORD = "a long sentence, really", "another long sentence 4711"
OWN_KEY, KEPT_KEY, SERVER_KEY = "a-key-of-no-known-form-1", "a-key-of-no-known-form-2", "a-key-of-no-known-form-3"
SECRET_KEY, METRICS_TOKEN = "k" * 20 + "-of-the-installation", "for-prometheus-only-4711"


def _repeats_the_key(seen: Seen) -> Reply:
    """Refuse as careless endpoints do: with what they were shown."""
    body = {"error": {"message": f"wrong key {seen.headers.get('authorization')}"}}
    return Reply(401, headers={"Content-Type": "application/json"}, body=json.dumps(body).encode())


async def test_no_secret_is_left_anywhere(
    fresh_database_url: str, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    async with stub_server(_repeats_the_key) as endpoint:
        settings = Settings(
            auth=AuthSettings.model_validate({**AUTH, "metrics_token": METRICS_TOKEN}),
            secrets=SecretSettings.model_validate({"secret_key": SECRET_KEY}),
            database=DatabaseSettings.model_validate({"database_url": fresh_database_url, "data_dir": tmp_path}),
            models=ModelSettings.model_validate({"openai_api_key": SERVER_KEY, "openai_base_url": endpoint.url}),
            outbound=OutboundSettings(allow="127.0.0.0/8"),
            log=LogSettings.model_validate({"log_level": "DEBUG"}),
        )
        async with open_platform(settings) as platform:
            answers, secrets = await _a_days_work(platform, endpoint.url)
    written = "".join(capfd.readouterr())
    assert "execution" in written, "the log says something"
    dump = await _dump(fresh_database_url)
    secrets |= {PASSWORD, NEXT_PASSWORD, OWN_KEY, KEPT_KEY, SERVER_KEY, SECRET_KEY, METRICS_TOKEN}
    assert len(secrets) >= 14
    for place, text in (("the log", written), ("the database", dump), ("answers", answers)):
        found = sorted(secret[:12] for secret in secrets if secret in text)
        assert not found, f"{place} holds {found}"


async def _a_days_work(platform: Platform, endpoint: str) -> tuple[str, set[str]]:
    """Return what was answered (apart from what is shown once), and the secrets that were used on the way."""
    client = httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=platform.asgi, raise_app_exceptions=False), base_url=BASE, timeout=60
    )
    link = await platform.bus.send(PrepareSetup(), SYSTEM)
    assert link is not None
    opened = await _post(client, "/api/v1/auth/setup", token=link, username="root", email="r@e.org", password=PASSWORD)
    signed_in(client, opened)
    secrets = {link, opened.json()["access_token"], *(value for value in client.cookies.values())}
    told: list[str] = []
    await _post(client, "/api/v1/auth/login", login=NEXT_PASSWORD, password="wrong, wrong, wrong")
    key = (await _post(client, "/api/v1/users/access-keys", name="ci", scopes=["agents:read"])).json()["key"]
    made = (await _post(client, "/api/v1/users", username="grace", email="g@e.org")).json()
    password_link = (await _post(client, f"/api/v1/users/{made['id']}/password-link")).json()["token"]
    kept = await _post(client, "/api/v1/users/api-keys", provider="openai", api_key=KEPT_KEY, endpoint_url=endpoint)
    told.append(kept.text)
    told.append((await _post(client, "/api/v1/users/api-keys/test", provider="openai", api_key=KEPT_KEY)).text)
    told += [await _run_with(client, body) for body in _models(endpoint)]
    run = await _post(client, "/api/executions", agent_id=(await _agent(client))["id"], query="x", mode="async")
    ticket = (await _post(client, f"/api/v1/executions/{run.json()['id']}/stream-ticket")).json()["ticket"]
    async with httpx2.AsyncClient(transport=client._transport, base_url=BASE) as watcher:
        told.append((await watcher.get(f"/api/v1/executions/{run.json()['id']}/stream?ticket={ticket}")).text)
        for token in (key, METRICS_TOKEN, opened.json()["access_token"][:-2] + "xx"):
            await watcher.get("/api/agents", headers={"Authorization": f"Bearer {token}"})
    body = {"current_password": PASSWORD, "new_password": NEXT_PASSWORD}
    changed = await client.put("/api/v1/users/me/password", json=body)
    assert changed.status_code == 200, changed.text
    return "\n".join(told), secrets | {key, password_link, ticket, changed.json()["access_token"]}


def _models(endpoint: str) -> list[dict[str, Any]]:
    shared = {"provider": "openai-compatible", "model_identifier": "m", "endpoint_url": f"{endpoint}/v1"}
    return [{**shared, "name": "own", "api_key": OWN_KEY}, {"name": "", "model": "gpt-4o"}]


async def _run_with(client: httpx2.AsyncClient, body: dict[str, Any]) -> str:
    name = body.get("model") or (await _post(client, "/api/v1/models", **body)).json()["name"]
    agent = await _agent(client, model=name)
    run = await _post(client, "/api/executions", agent_id=agent["id"], query="hello")
    assert run.json()["status"] == "failed" and "wrong key" in run.text, run.text
    return run.text + (await client.get(f"/api/v1/executions/{run.json()['id']}/events?limit=1000")).text


async def _agent(client: httpx2.AsyncClient, **fields: Any) -> dict[str, Any]:
    return (await _post(client, "/api/agents", name="A", **fields)).json()


async def _post(client: httpx2.AsyncClient, path: str, **body: Any) -> httpx2.Response:
    answer = await client.post(path, json=body or None)
    assert answer.status_code in (200, 201, 202, 401), answer.text
    return answer


async def _dump(url: str) -> str:
    database = connected_to(url)
    await database.connect()
    lines: list[str] = []
    for table in await database.pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        rows = await database.pool.fetch(f'SELECT t::text AS line FROM "{table["tablename"]}" t')
        lines += [row["line"] for row in rows]
    await database.close()
    return "\n".join(lines)
