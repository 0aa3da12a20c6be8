"""Pages of the interface: dynamic ones by any id, hashed files kept for ever, each page with its policy."""

import json
import os
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from dynagent.main.engine import NOUNS
from dynagent.main.noun import pages_of
from dynagent.presentation.api.shared.site import Policies, Site, prefers_json

PAGES = pages_of(NOUNS)


@pytest.mark.parametrize(
    ("address", "exported"),
    [
        ("/agents/01a1fbd1", "/agents/_/"),
        ("/agents/01a1fbd1/", "/agents/_/"),
        ("/runs/01a1fbd1/index.txt", "/runs/_/index.txt"),
        ("/agents/01a1fbd1/__next._full.txt", "/agents/_/__next._full.txt"),
        ("/agents/new/", "/agents/new/"),
        ("/agents/_/", "/agents/_/"),
        ("/schedules/01a1fbd1", "/schedules/_/"),
        ("/schedules/new/", "/schedules/new/"),
        ("/agents/", "/agents/"),
        ("/agents", "/agents/"),
        ("/agents/new", "/agents/new/"),
        ("/robots.txt", "/robots.txt"),
        ("/tools/x/", "/tools/x/"),
        ("/agents/../x", "/agents/../x"),
    ],
)
def test_dynamic_pages_are_exported_once(address: str, exported: str) -> None:
    assert PAGES.exported(address) == exported


@pytest.mark.parametrize(
    ("address", "query", "present"),
    [
        ("/executions", "", "/runs"),
        ("/executions/", "status=failed&range=day", "/runs?status=failed&range=day"),
        ("/executions/01a1fbd1/", "step=3", "/runs/01a1fbd1?step=3"),
        ("/conversations", "id=01a1", "/chats?id=01a1"),
        ("/approvals/", "", "/inbox"),
        ("/models", "tab=keys", "/settings/models?tab=keys"),
        ("/settings/models/", "tab=usage", "/usage"),
        ("/account", "", "/settings/profile"),
        ("/account/", "tab=keys", "/settings/access-keys"),
        ("/account", "tab=people", "/settings/people"),
        ("/audit-log", "outcome=refused", "/settings/audit-log?outcome=refused"),
        ("/settings/", "", "/settings/appearance"),
        ("/executions/a\r\nb: c", "", "/runs/a%0D%0Ab%3A%20c"),
        ("/settings/health", "", None),
        ("/executions/01a1/index.txt", "", None),
        ("/executionsx", "", None),
        ("//example.org/executions", "", None),
        ("/agents/01a1fbd1", "", None),
        ("/", "", None),
    ],
)
def test_old_addresses_lead_to_the_present_ones(address: str, query: str, present: str | None) -> None:
    assert PAGES.moved_to(address, query) == present


@pytest.fixture
def site(tmp_path: Path) -> httpx2.AsyncClient:
    for page in ("index.html", "404.html", "agents/_/index.html", "_next/static/a1.js"):
        (tmp_path / page).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / page).write_text(page)
    policies = {page: {"policy": f"script-src 'sha256-{page}'"} for page in ("index.html", "404.html")}
    policies["agents/_/index.html"] = {"policy": "script-src 'sha256-agent'"}
    (tmp_path / "csp.json").write_text(json.dumps(policies))

    async def health(request: Any) -> PlainTextResponse:
        return PlainTextResponse("well")

    files = StaticFiles(directory=tmp_path, html=True)
    app = Site(Starlette(routes=[Route("/health", health), Mount("/", files)]), tmp_path, PAGES)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://localhost")


async def test_a_page_comes_with_its_policy_and_is_asked_for_again(site: httpx2.AsyncClient) -> None:
    pages = {"/": "index.html", "/agents/01a1/": "agent", "/agents/01a1": "agent", "/nowhere": "404.html"}
    for address, policy in pages.items():
        answer = await site.get(address)
        assert answer.headers["content-security-policy"] == f"script-src 'sha256-{policy}'"
        assert answer.headers["cache-control"] == "no-cache"
    assert (await site.get("/nowhere")).status_code == 404


async def test_an_old_address_redirects_with_its_query_and_only_for_now(site: httpx2.AsyncClient) -> None:
    answer = await site.get("/executions/01a1?step=3")
    assert answer.status_code == 307
    assert answer.headers["location"] == "/runs/01a1?step=3"
    assert answer.headers["cache-control"] == "no-cache"


async def test_hashed_files_are_kept_for_ever(site: httpx2.AsyncClient) -> None:
    answer = await site.get("/_next/static/a1.js")
    assert "immutable" in answer.headers["cache-control"]
    assert "content-security-policy" not in answer.headers


async def test_a_missing_hashed_file_is_not_kept(site: httpx2.AsyncClient) -> None:
    answer = await site.get("/_next/static/gone.js")
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-cache"


async def test_the_api_is_left_alone(site: httpx2.AsyncClient) -> None:
    answer = await site.get("/health")
    assert answer.text == "well"
    assert "cache-control" not in answer.headers


def test_a_build_without_policies_is_served_too(tmp_path: Path) -> None:
    assert Policies(tmp_path / "csp.json").of("index.html") is None


def test_a_new_build_brings_its_own_policies(tmp_path: Path) -> None:
    file = tmp_path / "csp.json"
    file.write_text('{"index.html": {"policy": "one"}}')
    policies = Policies(file)
    assert policies.of("index.html") == b"one"
    file.write_text('{"index.html": {"policy": "two"}}')
    os.utime(file, ns=(1, 1))
    assert policies.of("index.html") == b"two"
    file.write_text("{half a bui")
    os.utime(file, ns=(2, 2))
    assert policies.of("index.html") == b"two"


@pytest.mark.parametrize(
    ("accept", "json"),
    [
        ("application/json", True),
        ("application/json, text/plain, */*", True),
        ("application/json;q=0.9", True),
        ("application/json, text/html", True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False),
        ("text/html, application/json", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_a_client_that_asks_for_json_is_told_what_this_is(accept: str, json: bool) -> None:
    assert prefers_json({"headers": [(b"accept", accept.encode())]}) is json


async def test_the_root_answers_with_a_page_or_with_what_the_api_is(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<title>Dynagent</title>")
    (tmp_path / "csp.json").write_text("{}")
    inner = Starlette(
        routes=[
            Route("/api", lambda _: PlainTextResponse("information")),
            Mount("/", StaticFiles(directory=tmp_path, html=True)),
        ]
    )
    transport = httpx2.ASGITransport(app=Site(inner, tmp_path, PAGES))
    async with httpx2.AsyncClient(transport=transport, base_url="http://x") as client:
        assert (await client.get("/", headers={"Accept": "application/json"})).text == "information"
        assert "<title>" in (await client.get("/", headers={"Accept": "text/html"})).text
