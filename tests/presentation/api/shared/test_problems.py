"""Errors as problem documents."""

import httpx2
import pytest

from dynagent.core.shared.errors import Busy, DynagentError, ErrorKind, Unavailable
from dynagent.presentation.api.shared.problems import STATUS
from tests.presentation.api.house import House


def test_every_kind_has_a_status() -> None:
    assert set(STATUS) == set(ErrorKind)


@pytest.mark.parametrize("path", ["/api/nothing", "/api/v1/nothing/", "/nothing", "/api/agents/a/b/c"])
async def test_an_unknown_route_is_a_problem(api: httpx2.AsyncClient, path: str) -> None:
    answer = await api.get(path)

    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, problem["status"], problem["error_code"]) == (404, 404, "route_not_found")
    assert problem["instance"] == path
    assert problem["title"] == "Not Found"
    assert problem["type"] == "urn:dynagent:problem:route_not_found"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/api/agents", "GET, HEAD, POST"),
        ("POST", "/api/v1/agents/x", "DELETE, GET, HEAD, PUT"),
        ("GET", "/api/tools/register", None),
        ("DELETE", "/api/executions", "GET, HEAD, POST"),
        ("POST", "/health", "GET, HEAD"),
    ],
)
async def test_a_wrong_method_says_which_are_right(
    api: httpx2.AsyncClient, method: str, path: str, allowed: str | None
) -> None:
    answer = await api.request(method, path)

    if allowed is None:
        assert answer.status_code == 404
    else:
        assert (answer.status_code, answer.json()["error_code"]) == (405, "method_not_allowed")
        assert answer.headers["allow"] == allowed


async def fail_with(house: House, error: Exception, api: httpx2.AsyncClient) -> httpx2.Response:
    async def fail(*_: object) -> None:
        raise error

    house.agents.find = fail  # type: ignore[method-assign, assignment]  # pyright: ignore[reportAttributeAccessIssue]
    return await api.get("/api/v1/agents")


async def test_an_unexpected_exception_tells_nothing_of_itself(house: House, api: httpx2.AsyncClient) -> None:
    answer = await fail_with(house, RuntimeError("password=hunter2"), api)

    assert (answer.status_code, answer.json()["error_code"]) == (500, "internal_error")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["instance"] == "/api/v1/agents"
    assert "hunter2" not in answer.text


async def test_an_internal_refusal_tells_nothing_of_itself(house: House, api: httpx2.AsyncClient) -> None:
    answer = await fail_with(house, DynagentError("password=hunter2"), api)

    assert answer.status_code == 500
    assert "hunter2" not in answer.text


@pytest.mark.parametrize(
    ("error", "status", "seconds"),
    [
        (Unavailable("away"), 503, "5"),
        (Busy("full", retry_after_s=0.2), 429, "1"),
        (Unavailable("away", retry_after_s=2.1), 503, "3"),
    ],
)
async def test_what_passes_says_when_to_come_back(
    house: House, api: httpx2.AsyncClient, error: DynagentError, status: int, seconds: str
) -> None:
    answer = await fail_with(house, error, api)

    assert (answer.status_code, answer.headers["retry-after"]) == (status, seconds)


async def test_a_parameter_is_pointed_at(api: httpx2.AsyncClient) -> None:
    problem = (await api.get("/api/agents?limit=0")).json()

    assert problem["errors"] == [
        {
            "pointer": "/query/limit",
            "rule": "greater_than_equal",
            "detail": "Input should be greater than or equal to 1",
            "location": "query",
        }
    ]
    assert problem["detail"].startswith("one rule is broken: /query/limit")


async def test_the_request_id_of_the_outer_layer_is_told(house: House, api: httpx2.AsyncClient) -> None:
    class Correlated:
        correlation_id = "abc"

    async def outer(scope, receive, send) -> None:
        scope["state"] = {"correlation": Correlated()}
        await house.app(scope, receive, send)

    transport = httpx2.ASGITransport(app=outer)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        assert (await client.get("/nothing")).json()["request_id"] == "abc"
    assert (await api.get("/nothing")).json()["request_id"] is None
