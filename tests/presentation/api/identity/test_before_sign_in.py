"""Nobody's body is read before it is clear who asks."""

from collections.abc import AsyncIterator

import pytest

from tests.presentation.api.identity.house import IdentityHouse

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("path", ["/api/agents", "/api/v1/agents", "/api/executions", "/api/tools/execute"])
@pytest.mark.parametrize("body", ["{", "{}", '{"nope": 1}', "[" * 1000])
async def test_whatever_the_body_it_is_a_401(house: IdentityHouse, path: str, body: str) -> None:
    async with house.client() as nobody:
        answer = await nobody.post(path, content=body, headers=JSON)

    assert (answer.status_code, answer.json()["error_code"]) == (401, "not_signed_in")


async def test_the_body_is_not_even_read(house: IdentityHouse) -> None:
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(100):
            read += 1
            yield b"1," * 500

    async with house.client() as nobody:
        answer = await nobody.post("/api/agents", content=body(), headers=JSON)

    assert (answer.status_code, read) == (401, 0)


async def test_refused_bodies_count_for_the_address(house: IdentityHouse) -> None:
    strict = IdentityHouse(house.database, address_limit_per_minute=3)
    async with strict.client() as nobody:
        codes = [(await nobody.post("/api/v1/agents", json={})).status_code for _ in range(5)]
        signing_in = await nobody.post("/api/v1/auth/login", content="{", headers=JSON)

    assert codes == [401] * 3 + [429] * 2
    assert signing_in.status_code == 429
