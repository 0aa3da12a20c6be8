"""Which hosts are answered for, and which pages may send requests."""

import httpx2
import pytest

from dynagent.presentation.api.settings import ApiSettings
from tests.presentation.api.house import House


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:9", "[::1]:8000", "[::1]", "LOCALHOST"])
async def test_loopback_names_are_answered_for(api: httpx2.AsyncClient, host: str) -> None:
    assert (await api.get("/api/agents", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io:8000", "", "[::2]"])
@pytest.mark.parametrize("path", ["/api/agents", "/health", "/docs"])
async def test_other_names_are_refused(api: httpx2.AsyncClient, host: str, path: str) -> None:
    answer = await api.get(path, headers={"Host": host})

    assert (answer.status_code, answer.json()["error_code"]) == (403, "host_not_allowed")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8001"},
        {"Origin": "http://127.0.0.1.evil.example:8000"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_pages_of_other_sites_are_refused(api: httpx2.AsyncClient, house: House, headers: dict[str, str]) -> None:
    post = await api.post("/api/agents", json={"name": "a"}, headers=headers)
    stream = await api.get("/api/v1/stream/x?query=1", headers=headers)

    for answer in (post, stream):
        assert (answer.status_code, answer.json()["error_code"]) == (403, "origin_not_allowed")
    assert house.agents.stored == {}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://127.0.0.1:8000"},
        {"Origin": "http://localhost:3000"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ],
)
async def test_our_own_pages_and_programs_are_let_through(api: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    assert (await api.post("/api/agents", json={"name": "a"}, headers=headers)).status_code == 201


async def test_the_development_server_of_the_interface_may_read_answers(api: httpx2.AsyncClient) -> None:
    answer = await api.get("/api/agents", headers={"Origin": "http://localhost:3000"})

    assert answer.headers["access-control-allow-origin"] == "http://localhost:3000"
    assert "ETag" in answer.headers["access-control-expose-headers"]


async def test_hosts_and_origins_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "agents.example, *")
    monkeypatch.setenv("CORS_ORIGINS", "none")
    settings = ApiSettings()
    house = House(settings)

    assert settings.allowed_hosts == ("agents.example", "*")
    async with house.client() as api:
        assert (await api.get("/api/agents", headers={"Host": "any.example"})).status_code == 200
        refused = await api.get("/api/agents", headers={"Origin": "http://localhost:3000"})
        assert refused.status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1:8180@other.example", "127.0.0.1/x", "a b", "127.0.0.1:x", "[::1"])
async def test_a_host_that_is_none_is_a_400(api: httpx2.AsyncClient, host: str) -> None:
    answer = await api.get("/api/agents", headers={"Host": host})

    assert (answer.status_code, answer.json()["error_code"]) == (400, "malformed_request")


async def test_two_hosts_are_a_400(api: httpx2.AsyncClient) -> None:
    answer = await api.get("/api/agents", headers=[("Host", "127.0.0.1"), ("Host", "other.example")])

    assert answer.status_code == 400
