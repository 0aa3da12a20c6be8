"""Health, metrics, information, documentation."""

import re
from pathlib import Path

import httpx2
import pytest

from dynagent.presentation.api.app import build_app
from tests.presentation.api.house import House, PartFinding, WholeFinding


async def test_health_says_how_every_part_is(api: httpx2.AsyncClient) -> None:
    answer = await api.get("/health")

    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.json()["parts"]["database"] == {
        "status": "ok",
        "detail": "answers",
        "advice": "",
        "latency_ms": 0.5,
    }


@pytest.mark.parametrize(("condition", "status"), [("warn", 200), ("fail", 503)])
async def test_health_and_readiness_fail_with_what_is_needed(
    api: httpx2.AsyncClient, house: House, condition: str, status: int
) -> None:
    house.health = WholeFinding(condition, [PartFinding(condition=condition)])

    for path in ("/health", "/ready"):
        answer = await api.get(path)
        assert (answer.status_code, answer.json()["status"]) == (status, condition)


async def test_a_stopping_server_is_not_ready(api: httpx2.AsyncClient, house: House) -> None:
    house.shutdown.begin()

    answer = await api.get("/ready")

    assert (answer.status_code, answer.json()["status"]) == (503, "fail")
    assert (await api.get("/health")).status_code == 200


async def test_metrics_are_given_as_prometheus_reads_them(api: httpx2.AsyncClient) -> None:
    answer = await api.get("/metrics")

    assert answer.text == "dynagent_up 1\n"
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"


@pytest.mark.parametrize("path", ["/", "/info", "/api", "/api/", "/api/v1", "/api/v1/"])
async def test_the_api_says_what_it_is(api: httpx2.AsyncClient, path: str) -> None:
    said = (await api.get(path)).json()

    assert (said["name"], said["sign_in_required"]) == ("Dynagent", False)
    for place in ("documentation", "openapi", "llms", "health", "readiness", "metrics", "api"):
        assert (await api.get(said[place])).status_code == 200


async def test_what_models_are_told_is_true(api: httpx2.AsyncClient) -> None:
    """Every path that /llms.txt names is one of the API's."""
    answer = await api.get("/llms.txt")
    paths = (await api.get("/openapi.json")).json()["paths"]
    named = {path.split("?")[0] for path in re.findall(r"`(?:GET|POST|PUT) (/[^ `]+)`", answer.text)}

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert len(named) >= 10
    assert {path.replace("{id}", "{x}") for path in named} <= {
        re.sub(r"\{(agent_id|execution_id)\}", "{x}", path) for path in paths
    } | {"/api/stream/{agent_id}"}


async def test_the_reference_needs_nothing_from_elsewhere(api: httpx2.AsyncClient) -> None:
    page = await api.get("/docs")
    script = await api.get("/docs/reference.js")
    style = await api.get("/docs/reference.css")

    assert page.headers["content-type"].startswith("text/html")
    assert script.headers["content-type"].startswith("text/javascript")
    assert style.headers["content-type"].startswith("text/css")
    assert "://" not in page.text + script.text + style.text


async def test_a_frontend_is_served_below_the_routes(house: House, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<title>Interface</title>")
    (tmp_path / "404.html").write_text("<title>No such page</title>")
    house.app = build_app(house.bus, health=house._report, metrics=lambda: b"", frontend=tmp_path)

    async with house.client() as api:
        assert "Interface" in (await api.get("/")).text
        assert (await api.get("/api")).json()["name"] == "Dynagent"
        assert (await api.get("/api/tools")).json()["total"] == 2
        unknown = await api.get("/api/v1/nothing/at/all", headers={"Accept": "text/html"})
        assert (unknown.status_code, unknown.json()["error_code"]) == (404, "route_not_found")
        assert "No such page" in (await api.get("/nothing")).text
        assert (await api.post("/api/nothing")).status_code == 404
        assert (await api.patch("/api/agents")).headers["allow"] == "GET, HEAD, POST"
