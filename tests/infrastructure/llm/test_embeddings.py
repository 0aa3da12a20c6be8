"""Embeddings of an OpenAI-compatible endpoint: asked in batches, waited for, refused when they cannot be used."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from dynagent.core.knowledge import EmbeddingFailed
from dynagent.core.language_models import ModelRecord
from dynagent.infrastructure.http.addresses import AllowList
from dynagent.infrastructure.llm import embeddings
from dynagent.infrastructure.llm.embeddings import RemoteEmbedder
from dynagent.infrastructure.llm.guarded_pool import GuardedHttpPool
from tests.fakes.http_server import Reply, Seen, StubServer, stub_server

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(_seconds: float) -> None:
        return

    monkeypatch.setattr(embeddings.asyncio, "sleep", at_once)


def embedder_at(server: StubServer) -> RemoteEmbedder:
    record = ModelRecord(
        id="00000000-0000-7000-8000-00000000000a",
        user_id=None,
        name="vectors",
        provider="openai-compatible",
        model_identifier="text-embedding-3-small",
        created_at=NOW,
        updated_at=NOW,
    )
    pool = GuardedHttpPool(f"{server.url}/v1", {"Authorization": "Bearer k"}, allowed=AllowList.parse("127.0.0.0/8"))
    return RemoteEmbedder(record, pool, "00000000-0000-7000-8000-000000000001")


def vectors(*rows: list[float], **more: Any) -> Reply:
    data = [{"index": at, "embedding": row} for at, row in enumerate(rows)]
    return Reply(body=json.dumps({"data": data[::-1], **more}).encode())


async def test_vectors_come_in_order_and_at_length_one() -> None:
    async with stub_server(lambda _: vectors([3, 4], [0, 2], usage={"prompt_tokens": 9})) as server:
        embedder = embedder_at(server)
        found, tokens = await embedder.embed(["a", "b"])
    assert (found, tokens) == ([[0.6, 0.8], [0, 1]], 9)
    assert embedder.key == f"{server.url}/v1#text-embedding-3-small"
    [seen] = server.seen
    assert (seen.path, seen.headers["authorization"]) == ("/v1/embeddings", "Bearer k")
    assert json.loads(seen.body)["input"] == ["a", "b"]


async def test_rate_limits_and_passing_failures_are_waited_for() -> None:
    answers = [Reply(429, headers={"Retry-After": "1"}), Reply(500), Reply(503), vectors([1, 0])]
    async with stub_server(lambda _: answers.pop(0)) as server:
        found, _ = await embedder_at(server).embed(["a"])
    assert found == [[1, 0]]
    assert len(server.seen) == 4


async def test_an_endpoint_that_stays_away_is_an_error_in_words() -> None:
    async with stub_server(lambda _: Reply(500, body=b'{"error": {"message": "out of order"}}')) as server:
        with pytest.raises(EmbeddingFailed, match="out of order"):
            await embedder_at(server).embed(["a"])
    assert len(server.seen) == embeddings.TRIES


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: vectors([1, 0]),
        lambda _: vectors([1, 0], [1, 0, 0]),
        lambda _: vectors([0, 0], [1, 0]),
        lambda _: Reply(body=b"<html>"),
        lambda _: Reply(body=b'{"data": [{"index": 0}]}'),
        lambda _: Reply(401, body=b'{"error": {"message": "wrong key"}}'),
    ],
)
async def test_what_cannot_be_used_is_refused_at_once(answer: Callable[[Seen], Reply]) -> None:
    async with stub_server(answer) as server:
        with pytest.raises(EmbeddingFailed):
            await embedder_at(server).embed(["a", "b"])
    assert len(server.seen) == 1
