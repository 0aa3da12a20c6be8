"""The OpenAPI document."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from dynagent.core.runs import EVENT_CLASSES
from dynagent.presentation.api.shared.openapi import export
from tests.presentation.api.house import House

COMMITTED = Path(__file__).resolve().parents[4] / "docs" / "openapi.json"


@pytest.fixture
def document(house: House) -> dict[str, Any]:
    """The document as JSON tools read it."""
    return json.loads(export(house.app))


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_committed_document_is_that_of_the_code(house: House) -> None:
    assert COMMITTED.read_text() == export(house.app), "run `make openapi`"


def test_two_exports_are_the_same() -> None:
    assert export(House().app) == export(House().app)


async def test_the_document_is_served(api: httpx2.AsyncClient, document: dict[str, Any]) -> None:
    assert (await api.get("/openapi.json")).json() == document


def test_operation_ids_are_short_and_unique(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(document)]

    assert len(ids) == len(set(ids))
    assert all(name.replace("_", "").isalpha() and len(name) < 30 for name in ids)


OF_WHAT_IS_GONE = {"/api/v1/agents/{agent_id}/runs"}
"""They answer for what was removed as well, and with nothing for what never was."""


def test_every_operation_documents_its_problems(document: dict[str, Any]) -> None:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}

    for method, path, operation in operations(document):
        answers = operation["responses"]
        assert answers["500"]["content"] == problem, (method, path)
        assert ("{" in path and path not in OF_WHAT_IS_GONE) <= ("404" in answers), (method, path)
        assert ("requestBody" in operation) <= ({"413", "415", "422"} <= set(answers)), (method, path)
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_trace_events_are_a_named_union(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    types = {cls.model_fields["type"].default for cls in EVENT_CLASSES}

    assert set(schemas["TraceEvent"]["discriminator"]["mapping"]) == types
    assert schemas["TraceEvents"]["properties"]["events"]["items"] == {"$ref": "#/components/schemas/TraceEvent"}


def test_streams_are_documented_as_such(document: dict[str, Any]) -> None:
    for path in ("/api/stream/{agent_id}", "/api/v1/executions/{execution_id}/stream"):
        content = document["paths"][path]["get"]["responses"]["200"]["content"]
        assert list(content) == ["text/event-stream"]
        data = content["text/event-stream"]["itemSchema"]["properties"]["data"]
        assert data["contentSchema"] == {"$ref": "#/components/schemas/TraceEvent"}


def test_the_seeds_paths_are_documented_as_the_seed_writes_them(document: dict[str, Any]) -> None:
    assert set(document["paths"]["/api/agents"]) == {"get", "post"}
    assert set(document["paths"]["/api/tools/execute"]) == {"post"}
    assert set(document["paths"]["/api/v1/agents/{agent_id}"]) == {"put", "delete"}
