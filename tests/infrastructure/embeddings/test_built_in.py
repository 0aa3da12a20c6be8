"""The built-in model: near texts are near, its process comes with the first text and goes when idle or killed."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from dynagent.infrastructure.embeddings.built_in import BuiltInEmbedder, BuiltInSettings
from dynagent.infrastructure.embeddings.inside import weights


@pytest_asyncio.fixture
async def embedder() -> AsyncIterator[BuiltInEmbedder]:
    embedder = BuiltInEmbedder(BuiltInSettings(idle_s=60))
    yield embedder
    await embedder.aclose()


def near(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def processes() -> list[psutil.Process]:
    here = os.path.join("embeddings", "inside", "server.py")
    return [child for child in psutil.Process().children() if here in " ".join(child.cmdline())]


async def test_meaning_counts_more_than_words(embedder: BuiltInEmbedder) -> None:
    assert not embedder.is_running
    texts = ["A man is eating food.", "A man is eating a piece of bread.", "The girl is carrying a baby."]
    vectors, tokens = await embedder.embed(texts)
    assert tokens == 28
    assert near(vectors[0], vectors[0]) == pytest.approx(1, abs=1e-5)
    # As sentence-transformers computes them.
    assert near(vectors[0], vectors[1]) == pytest.approx(0.7553, abs=1e-3)
    assert near(vectors[0], vectors[2]) == pytest.approx(-0.1050, abs=1e-3)
    alone, _ = await embedder.embed([texts[1]])
    assert near(alone[0], vectors[1]) == pytest.approx(1, abs=1e-5)


async def test_a_process_that_was_killed_is_begun_again(embedder: BuiltInEmbedder) -> None:
    before, _ = await embedder.embed(["one"])
    [process] = processes()
    os.kill(process.pid, signal.SIGKILL)
    after, _ = await embedder.embed(["one"])
    assert near(before[0], after[0]) == pytest.approx(1, abs=1e-5)
    assert [one.pid for one in processes()] != [process.pid]


async def test_an_idle_process_ends(embedder: BuiltInEmbedder) -> None:
    short = BuiltInEmbedder(BuiltInSettings(idle_s=0.05))
    await short.embed(["one"])
    async with asyncio.timeout(20):
        while processes():
            await asyncio.sleep(0.05)
    assert not short.is_running
    await short.embed(["once more"])
    await short.aclose()


def test_weights_that_are_others_are_refused(tmp_path: Path) -> None:
    for name in weights.SHA256:
        (tmp_path / name).write_bytes(b"other")
    with pytest.raises(ValueError, match="is not the model's file"):
        weights.check(tmp_path)
