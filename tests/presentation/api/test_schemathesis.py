"""Requests made from the OpenAPI document, good and bad ones, to the real server on a real database.

None is a server error, and every answer is as documented.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.cli.processes import serving
from tests.servers import TestPostgres

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 6

# The committed document; another test holds it to the code.
document = schemathesis.openapi.from_path(Path(__file__).parents[3] / "docs" / "openapi.json")


@pytest.fixture(scope="module")
def url(postgres: TestPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a running server."""
    name, database = asyncio.run(postgres.clone())
    with serving(tmp_path_factory.mktemp("server"), DATABASE_URL=database, LOG_LEVEL="ERROR") as server:
        yield server.url
    asyncio.run(postgres.drop(name))


@pytest.fixture(scope="module")
def known(url: str) -> dict[str, str]:
    """Ids that exist, so that requests get past the 404s."""
    with httpx2.Client(base_url=url, timeout=20) as client:
        agent = client.post("/api/agents", json={"name": "A", "tools": ["calculator"]}).json()
        run = client.post("/api/executions", json={"agent_id": agent["id"], "query": "compute 23*19"}).json()
    return {"agent_id": agent["id"], "execution_id": run["id"], "name": "calculator"}


# The stream of conversations has no end to be waited for.
@document.exclude(operation_id="stream_conversations").parametrize()  # pyright: ignore[reportUntypedFunctionDecorator]
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
def test_every_operation_answers_as_documented(case: Any, url: str, known: dict[str, str]) -> None:
    place_known(case, known)
    answer = case.call(base_url=url, timeout=20)
    # What is no HTTP at all is refused by the HTTP parser, before there is an application.
    if answer.content != b"Invalid HTTP request received.":
        case.validate_response(answer, checks=CHECKS)


def place_known(case: Any, known: dict[str, str]) -> None:
    """Have every other case speak of what exists."""
    if len(str(case.path_parameters) + str(case.body)) % 2:
        return
    for place in (case.path_parameters, case.body):
        for field in known.keys() & (place.keys() if isinstance(place, dict) else set[str]()):
            place[field] = known[field]
