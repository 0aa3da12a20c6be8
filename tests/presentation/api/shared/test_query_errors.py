"""A wrong value in a query string is told with its place, on every route, with and without a sign of a body."""

from typing import Any

import pytest
import pytest_asyncio

from dynagent.core.shared.ids import new_id
from tests.presentation.api.house import House

TYPED = ("integer", "number", "boolean")


@pytest_asyncio.fixture
async def house() -> House:
    return House()


def wrong_values(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Return (path, name) of every query parameter of a GET whose type or choice a word cannot be."""
    found: list[tuple[str, str]] = []
    for path, operations in document["paths"].items():
        for parameter in operations.get("get", {}).get("parameters", ()):
            schema = parameter["schema"]
            options = schema.get("anyOf", [schema])
            narrow = [one for one in options if one.get("type") in TYPED or "enum" in one or "format" in one]
            if parameter["in"] == "query" and len(narrow) == len([o for o in options if o.get("type") != "null"]):
                found.append((path, parameter["name"]))
    return found


async def test_every_wrong_value_of_a_query_is_told_with_its_place(house: House) -> None:
    cases = wrong_values(house.app.openapi())
    assert len(cases) > 20
    async with house.client() as client:
        for path, name in cases:
            place = "/".join(new_id() if part.startswith("{") else part for part in path.split("/"))
            answer = await client.get(place, params={name: "no-such-value"})
            told = answer.json()
            assert answer.status_code == 422, (path, name, told)
            places = {(error["location"], error["pointer"]) for error in told["errors"]}
            assert ("query", f"/query/{name}") in places, (path, name, told)


@pytest.mark.parametrize("query", ["", "?query="])
async def test_a_missing_query_of_a_stream_is_a_query_parameter(house: House, query: str) -> None:
    async with house.client() as client:
        answer = await client.get(f"/api/stream/{new_id()}{query}")
    assert [(error["location"], error["pointer"]) for error in answer.json()["errors"]] == [("query", "/query/query")]


async def test_the_document_is_made_once_and_off_the_loop(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    inner = house.app.openapi

    def counted() -> dict[str, Any]:
        made.append(1)
        return inner()

    monkeypatch.setattr(house.app, "openapi", counted)
    async with house.client() as client:
        first, second = await client.get("/openapi.json"), await client.get("/openapi.json")
    assert first.text == second.text and len(made) == 1
