"""Embeddings of models that users keep: `POST /embeddings` at any OpenAI-compatible endpoint, with the model's key."""

import asyncio
import math
from collections.abc import Sequence
from typing import Any, Protocol, cast

import orjson

from dynagent.core.knowledge import (
    BUILT_IN,
    NO_EMBEDDING,
    Embedder,
    EmbeddingFailed,
    EmbeddingModelUnavailable,
    Embeddings,
    Vectors,
)
from dynagent.core.language_models import ModelError, ModelRecord, ModelRefused, estimate_tokens
from dynagent.infrastructure.llm.errors import error_from_status
from dynagent.infrastructure.llm.guarded_pool import GuardedHttpPool
from dynagent.infrastructure.llm.in_use import ModelsInUse
from dynagent.infrastructure.llm.usage import working_for

TRIES = 5
LONGEST_WAIT_S = 30.0
TIMEOUT_S = 60.0
MAX_BYTES = 64 * 1024 * 1024
BATCH = 64


class InstalledEmbedder(Embedder, Protocol):
    """The embedding model that comes with the product."""

    @property
    def installed(self) -> bool:
        """Whether its weights are there."""
        ...


class UsersEmbeddings(Embeddings):
    """The built-in model, and those that a user keeps."""

    def __init__(self, built_in: InstalledEmbedder, models: ModelsInUse) -> None:
        self._built_in = built_in
        self._models = models

    @property
    def default(self) -> str:
        """The built-in model where its weights are, else search by words only."""
        return BUILT_IN if self._built_in.installed else NO_EMBEDDING

    async def of(self, user_id: str, model: str) -> Embedder:
        """Return the model by the name that a knowledge base has for it. Raises EmbeddingModelUnavailable."""
        if model == BUILT_IN:
            if not self._built_in.installed:
                raise EmbeddingModelUnavailable("the weights of the built-in embedding model are not installed here")
            return self._built_in
        models = await self._models.models_of(user_id)
        record = models.record_of(model)
        try:
            pool = None if record is None else models.pool_of(record.id)
        except ModelError as error:
            raise EmbeddingModelUnavailable(f"the embedding model {model!r} cannot be asked: {error.detail}") from error
        if record is None or pool is None:
            words = f"there is no model {model!r} to embed with; add it on the page Models, or take {BUILT_IN}"
            raise EmbeddingModelUnavailable(words)
        return RemoteEmbedder(record, pool, user_id)


class RemoteEmbedder(Embedder):
    """One model at its endpoint; rate limits and passing failures are waited for."""

    def __init__(self, record: ModelRecord, pool: GuardedHttpPool, user_id: str) -> None:
        self._model = record.model_identifier
        self._pool = pool
        self._user_id = user_id

    @property
    def key(self) -> str:
        """The endpoint and the model's name there."""
        return f"{self._pool.url.rstrip('/')}#{self._model}"

    @property
    def batch(self) -> int:
        """As many as endpoints take without complaint."""
        return BATCH

    async def embed(self, texts: Sequence[str]) -> tuple[Vectors, int]:
        """Return a vector of length 1 for each text, and the tokens used. Raises EmbeddingFailed."""
        working_for.set(self._user_id)
        body = orjson.dumps({"model": self._model, "input": list(texts), "encoding_format": "float"})
        for tried in range(1, TRIES + 1):
            try:
                return await self._once(body, texts)
            except ModelError as error:
                passes = not isinstance(error, ModelRefused)
                wait_s = error.retry_after_s or min(LONGEST_WAIT_S, 0.5 * 2**tried)
                if not passes or tried == TRIES or wait_s > LONGEST_WAIT_S:
                    raise EmbeddingFailed(
                        f"the embedding model {self._model} failed: {error.detail}", retry_after_s=error.retry_after_s
                    ) from error
                await asyncio.sleep(wait_s)
        raise AssertionError("unreachable: the last try returns or raises")

    async def _once(self, body: bytes, texts: Sequence[str]) -> tuple[Vectors, int]:
        answer = _Answer()
        await self._pool.post("/embeddings", body, answer, timeout_s=TIMEOUT_S, idle_timeout_s=TIMEOUT_S)
        if answer.status != 200:
            raise error_from_status(answer.status, answer.headers, answer.text.decode("utf-8", "replace"))
        return _read(answer.text, texts)


class _Answer:
    """Implements Sink: the whole answer, at most 64 MB of it."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self._pieces: list[bytes] = []
        self._size = 0

    def on_head(self, status: int, headers: dict[str, str]) -> None:
        """Keep the head."""
        self.status, self.headers = status, headers

    def on_body(self, data: bytes) -> float | None:
        """Keep a piece; too many end the reading."""
        self._size += len(data)
        if self._size > MAX_BYTES:
            raise EmbeddingFailed(f"the embedding endpoint answered with more than {MAX_BYTES} bytes")
        self._pieces.append(data)
        return None

    @property
    def text(self) -> bytes:
        """The body."""
        return b"".join(self._pieces)


def _read(text: bytes, texts: Sequence[str]) -> tuple[Vectors, int]:
    """Return the vectors in the order of the texts. Raises EmbeddingFailed for what cannot be used."""
    try:
        read: Any = orjson.loads(text)
        items = sorted(cast("list[dict[str, Any]]", read["data"]), key=lambda item: int(item["index"]))
        vectors = [_unit(item["embedding"]) for item in items]
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise EmbeddingFailed(f"the embedding endpoint's answer is no list of vectors: {error}") from None
    if len(vectors) != len(texts) or len({len(vector) for vector in vectors}) != 1:
        words = f"{len(texts)} texts were sent, {len(vectors)} vectors of {len(set(map(len, vectors)))} lengths came"
        raise EmbeddingFailed(f"the embedding endpoint's answer does not fit: {words}")
    used: Any = read.get("usage")
    tokens = cast("dict[str, Any]", used).get("prompt_tokens") if isinstance(used, dict) else None
    return vectors, tokens if isinstance(tokens, int) else sum(map(estimate_tokens, texts))


def _unit(vector: list[Any]) -> list[float]:
    numbers = [float(number) for number in vector]
    length = math.sqrt(sum(number * number for number in numbers))
    if not math.isfinite(length) or length == 0:
        raise ValueError("a vector is zero or not finite")
    return [number / length for number in numbers]
