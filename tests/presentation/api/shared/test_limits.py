"""What a request may be."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from dynagent.core.shared.errors import MalformedInput
from dynagent.presentation.api.settings import ApiSettings
from dynagent.presentation.api.shared.limits import read_json
from tests.presentation.api.house import House

JSON = {"Content-Type": "application/json"}


def deep(levels: int) -> str:
    return "[" * levels + "]" * levels


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "nonsense",
        '{"name": NaN}',
        '{"name": Infinity}',
        '{"name": "a",}',
        b'{"name": "\xff"}',
        b'{"name": "\xed\xa0\x80"}',
        deep(65),
        deep(100_000),
        '{"name": ' + "1" * 5000 + "}",
    ],
)
async def test_what_is_no_json_is_a_400(api: httpx2.AsyncClient, body: str | bytes) -> None:
    answer = await api.post("/api/agents", content=body, headers=JSON)

    assert answer.status_code == (422 if body == "" else 400), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    if body:
        assert answer.json()["error_code"] == "malformed_input"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (r'{"name": "a\u0000b"}', "/name"),
        (r'{"name": "\ud800"}', "/name"),
        (r'{"name": "a", "config_data": {"x": [1, "\udfff"]}}', "/config_data/x/1"),
        (r'{"name": "a", "config_data": {"~/\u0000": 1}}', "/config_data/~0~1�"),
        ('{"name": "a", "config_data": {"n": 18446744073709551616}}', "/config_data/n"),
        ('{"name": "a", "config_data": {"n": -9223372036854775809}}', "/config_data/n"),
        ('{"name": "a", "config_data": {"n": 1e999}}', "/config_data/n"),
    ],
)
async def test_what_cannot_be_stored_is_refused_where_it_stands(
    api: httpx2.AsyncClient, body: str, pointer: str
) -> None:
    answer = await api.post("/api/agents", content=body, headers=JSON)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("value", [{"a": [1, 2.5, None, True, "ü😀"]}, 2**64 - 1, -(2**63), [], json.loads(deep(64))])
def test_good_json_is_read_as_it_is(value: Any) -> None:
    assert read_json(json.dumps(value).encode(), max_depth=64) == value


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read_json(b"\xef\xbb\xbf{}", max_depth=64) == {}


def test_other_encodings_than_utf_8_are_no_json() -> None:
    with pytest.raises(MalformedInput, match="not JSON"):
        read_json("{}".encode("utf-16"), max_depth=64)


async def test_a_large_body_is_a_413_with_and_without_a_length(api: httpx2.AsyncClient) -> None:
    body = json.dumps({"name": "x" * 2 * 1024 * 1024}).encode()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    declared = await api.post("/api/agents", content=body, headers=JSON)
    chunked = await api.post("/api/agents", content=pieces(), headers=JSON)

    for answer in (declared, chunked):
        assert (answer.status_code, answer.json()["error_code"]) == (413, "body_too_large")
        assert "1048576 bytes" in answer.json()["detail"]


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "９"])
async def test_a_length_that_is_none_is_a_400(api: httpx2.AsyncClient, length: str) -> None:
    headers = [(b"content-length", length.encode("utf-8")), (b"content-type", b"application/json")]

    assert (await api.post("/api/agents", content=b"{}", headers=headers)).status_code == 400


async def test_an_absurd_length_is_a_413(api: httpx2.AsyncClient) -> None:
    headers = {**JSON, "Content-Length": "9" * 30}

    assert (await api.post("/api/agents", content=b"{}", headers=headers)).status_code == 413


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/agents?search=" + "x" * 16_400, 414),
        ("/api/agents/" + "x" * 2100, 414),
        ("/api/agents/a%00b", 400),
        ("/api/agents?search=%00", 400),
        ("/api/agents?search=%ed%a0%80", 400),
        ("/api/agents/%ff", 400),
        ("/api/agents?search=%C3%A4%20%26", 200),
        ("/api/tools/..%2f..%2fetc", 404),
    ],
)
async def test_paths_and_queries_have_limits(api: httpx2.AsyncClient, path: str, status: int) -> None:
    answer = await api.get(path)

    assert answer.status_code == status


async def test_headers_have_a_limit(api: httpx2.AsyncClient) -> None:
    answer = await api.get("/api/agents", headers={"X-Long": "x" * 40_000})

    assert (answer.status_code, answer.json()["error_code"]) == (431, "headers_too_large")


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_a_body_that_is_not_declared_as_json_is_a_415(api: httpx2.AsyncClient, media_type: str) -> None:
    answer = await api.post("/api/agents", content=b'{"name": "a"}', headers={"Content-Type": media_type})

    assert (answer.status_code, answer.json()["error_code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("media_type", ["application/json", "application/json; charset=utf-8", "application/a+json"])
async def test_json_by_any_of_its_names_is_read(api: httpx2.AsyncClient, media_type: str) -> None:
    answer = await api.post("/api/agents", content=b'{"name": "a"}', headers={"Content-Type": media_type})

    assert answer.status_code == 201


async def test_the_limits_are_settings() -> None:
    house = House(ApiSettings.model_construct(max_body_bytes=10, max_json_depth=1))

    async with house.client() as api:
        assert (await api.post("/api/agents", json={"name": "abc"})).status_code == 413
        assert (await api.post("/api/agents", content="[[]]", headers=JSON)).status_code == 400


@pytest.mark.parametrize("body", ["[" + "1," * 50_000 + "1]", json.dumps({str(n): {} for n in range(50_001)})])
async def test_a_body_of_too_many_values_is_a_413(api: httpx2.AsyncClient, body: str) -> None:
    answer = await api.post("/api/agents", content=body, headers=JSON)

    assert (answer.status_code, answer.json()["error_code"]) == (413, "too_many_values")


async def test_commas_in_texts_are_no_values(api: httpx2.AsyncClient) -> None:
    answer = await api.post("/api/agents", json={"name": "a", "instructions": "," * 60_000})

    assert answer.status_code == 201
