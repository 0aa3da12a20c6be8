"""Every route × every role × a second tenant, on the whole platform: who is let in, and to whose things."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest_asyncio
from fastapi import FastAPI

from dynagent.application.commands.identity import PrepareSetup
from dynagent.application.shared.caller import SYSTEM
from dynagent.infrastructure.postgres.database import DatabaseSettings
from dynagent.infrastructure.security.keyring import SecretSettings
from dynagent.infrastructure.security.settings import AuthSettings
from dynagent.main import Platform, Settings, open_platform
from dynagent.main.engine import NOUNS
from dynagent.main.noun import access_of
from tests.presentation.api.documented import DocumentedTransport
from tests.presentation.api.identity.house import BASE, signed_in
from tests.presentation.api.matrix import merged, modules
from tests.presentation.api.matrix.making import PASSWORD

Operation = tuple[str, str, str]
PERMISSIONS, BODIES, OTHERS_THINGS = merged("PERMISSIONS"), merged("BODIES"), merged("OTHERS_THINGS")
ACCESS = access_of(NOUNS)
LAST = ("forget_", "delete_", "remove_", "revoke_", "change_password", "set_user", "end_session", "log_out")
"""What is called last, in this order, because others would miss it."""
AUTH = {"auth_mode": "required", "registration": "open", "rate_limit_per_minute": 0, "address_limit_per_minute": 0}


@pytest_asyncio.fixture
async def platform(fresh_database_url: str, tmp_path: Path) -> AsyncIterator[Platform]:
    """Everything, with sign-in required."""
    settings = Settings(
        auth=AuthSettings.model_validate(AUTH),
        secrets=SecretSettings.model_validate({"secret_key": "s" * 40}),
        database=DatabaseSettings.model_validate({"database_url": fresh_database_url, "data_dir": tmp_path}),
    )
    async with open_platform(settings) as platform:
        yield platform


async def test_every_route_lets_in_whom_it_should(platform: Platform) -> None:
    operations = _operations(platform.app)
    known = {operation for _, _, operation in operations}
    assert known - set(PERMISSIONS) == set(), "say in the matrix what these routes need"
    assert set(PERMISSIONS) - known == set(), "the matrix names routes that are gone"
    admin, owner, outsider, viewer = await _people(platform)
    things = await _things_of(owner)
    async with _client(platform.app) as nobody:
        await _walk(nobody, operations, things, frozenset[str](), signed_in=False)
    await _walk(viewer, operations, things, _granted("viewer"))
    await _walk(outsider, operations, things, _granted("user"), foreign=True)
    await _look_untouched(owner, things)
    await _walk(owner, operations, things, _granted("user"))
    await _walk(admin, operations, things, _granted("admin"), foreign=True)


async def test_a_ticket_opens_one_stream_and_nothing_else(platform: Platform) -> None:
    _, owner, outsider, _ = await _people(platform)
    things = await _things_of(owner)
    path = f"/api/v1/executions/{things['execution_id']}"
    other = (await owner.post("/api/executions", json={"agent_id": things["agent_id"], "query": "1+1"})).json()["id"]
    assert (await outsider.post(f"{path}/stream-ticket")).status_code == 404
    ticket = (await owner.post(f"{path}/stream-ticket")).json()["ticket"]
    async with _client(platform.app) as watcher:
        watched = await watcher.get(f"{path}/stream?ticket={ticket}")
        assert watched.status_code == 200 and '"complete"' in watched.text
        assert (await watcher.get(f"/api/v1/executions/{other}/stream?ticket={ticket}")).status_code == 403
        assert (await watcher.get(f"{path}?ticket={ticket}")).status_code == 401
        assert (await watcher.get(path, headers={"Authorization": f"Bearer {ticket}"})).status_code == 401
        assert (await watcher.get(f"{path}/stream?ticket=dynt_wrong")).status_code == 401
        key = (await owner.post("/api/v1/users/access-keys", json=BODIES["create_access_key"])).json()["key"]
        assert (await watcher.get(f"{path}/stream?ticket={key}")).status_code == 401, "no other secret in a URL"


async def test_the_first_byte_of_anothers_stream_is_a_refusal(platform: Platform) -> None:
    _, owner, outsider, _ = await _people(platform)
    things = await _things_of(owner)
    for path in (
        f"/api/v1/executions/{things['execution_id']}/stream",
        f"/api/stream/{things['agent_id']}?execution_id={things['execution_id']}",
        f"/api/stream/{things['agent_id']}?query=compute",
    ):
        answer = await outsider.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
        resumed = await outsider.get(path, headers={"Last-Event-ID": f"{things['execution_id']}:1"})
        assert resumed.status_code == 404


async def test_clients_are_told_every_permission_by_name(platform: Platform) -> None:
    document: dict[str, Any] = platform.app.openapi()
    told = document["components"]["schemas"]["ProfileOut"]["properties"]["permissions"]["items"]["enum"]
    assert set(told) == set(ACCESS.grants) - {"system"}
    assert set(ACCESS.permissions_of(frozenset({"admin"}))) == set(told)


def test_every_permission_is_had_by_somebody() -> None:
    assert all(grant.roles for grant in ACCESS.grants.values())


async def _walk(
    client: httpx2.AsyncClient,
    operations: list[Operation],
    things: dict[str, str],
    granted: frozenset[str],
    *,
    signed_in: bool = True,
    foreign: bool = False,
) -> None:
    wrong: list[str] = []
    for method, path, operation in operations:
        if foreign and operation in ("log_out_everywhere", "change_password"):
            continue
        answer = await _call(client, method, path, operation, things)
        needed = PERMISSIONS[operation]
        verdict = _verdict(answer.status_code, needed, granted, signed_in=signed_in)
        about_others = foreign and "{" in path and operation not in OTHERS_THINGS and needed in granted
        if about_others and not needed.startswith("users:") and answer.status_code != 404:
            verdict = "404 expected for another tenant's thing"
        if verdict:
            wrong.append(f"{operation}: {answer.status_code} {verdict}: {answer.text[:160]}")
    assert not wrong, "\n".join(wrong)


def _verdict(status: int, needed: str, granted: frozenset[str], *, signed_in: bool) -> str:
    if status >= 500:
        return "a server error"
    if needed == "anybody":
        return ""
    if not signed_in:
        return "" if status == 401 else "401 expected without sign-in"
    if needed not in granted:
        return "" if status == 403 else f"403 expected without {needed}"
    return "refused, though the role has the permission" if status in (401, 403) and needed != "account:write" else ""


async def _call(
    client: httpx2.AsyncClient, method: str, path: str, operation: str, things: dict[str, str]
) -> httpx2.Response:
    filled = re.sub(r"\{(\w+)\}", lambda found: _thing(found[1], path, things), path)
    if operation == "stream_agent":
        filled += "?query=compute 1%2B1"
    body = BODIES.get(operation)
    if body is not None:
        body = json.loads(re.sub(r"\{(\w+)\}", lambda found: things.get(found[1], found[0]), json.dumps(body)))
    return await client.request(method, filled, json=body)


def _thing(name: str, path: str, things: dict[str, str]) -> str:
    if name == "key_id":
        return things["access_key_id" if "access-keys" in path else "provider_key_id"]
    if name == "workflow_id" and "/workflow/" in path:
        return things["team_workflow_id"]
    return things[name]


def _operations(app: FastAPI) -> list[Operation]:
    document: dict[str, Any] = app.openapi()
    found = [
        (method.upper(), path, operation["operationId"])
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]
    return sorted(found, key=lambda item: next((n for n, start in enumerate(LAST, 1) if item[2].startswith(start)), 0))


def _granted(role: str) -> frozenset[str]:
    return frozenset(name for name, grant in ACCESS.grants.items() if role in grant.roles)


def _client(app: FastAPI) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=DocumentedTransport(app), base_url=BASE, timeout=30)


async def _people(platform: Platform) -> tuple[httpx2.AsyncClient, ...]:
    """Return an administrator, an owner, a second tenant, and a viewer."""
    admin, link = _client(platform.app), await platform.bus.send(PrepareSetup(), SYSTEM)
    body = {"token": link, "username": "root", "email": "root@example.org", "password": PASSWORD}
    signed_in(admin, await admin.post("/api/v1/auth/setup", json=body))
    people = [admin]
    for name, role in (("owner", "user"), ("outsider", "user"), ("viewer", "viewer")):
        client = _client(platform.app)
        body = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
        user = signed_in(client, await client.post("/api/v1/auth/register", json=body))
        me = (await user.get("/api/v1/users/me")).json()["id"]
        assert (await admin.put(f"/api/v1/users/{me}/role", json={"role": role})).status_code == 200
        people.append(client)
    return tuple(people)


async def _things_of(owner: httpx2.AsyncClient) -> dict[str, str]:
    """Make one of everything, and return the ids."""
    things: dict[str, str] = {}
    for module in modules():
        if hasattr(module, "make"):
            await module.make(owner, things)
    return things


async def _look_untouched(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    for module in modules():
        if hasattr(module, "look_untouched"):
            await module.look_untouched(owner, things)
