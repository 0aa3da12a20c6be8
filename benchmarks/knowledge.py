"""How fast and how true the search in knowledge is: `python -m benchmarks.knowledge --chunks 100000`.

Vectors are made on the spot: points around topics, 384 dimensions, as embeddings of real texts lie. Measured are the
store's own search (meaning and words in one statement), its recall of the ten nearest against an exact search, and
both with a filter that one chunk of a hundred passes.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from dynagent.application.shared.caller import LOCAL_USER_ID
from dynagent.core.knowledge import Asked, ChunkFilter, Leg
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.postgres import migrations
from dynagent.infrastructure.postgres.database import Database, DatabaseSettings
from dynagent.infrastructure.postgres.knowledge_index import VectorIndexes
from dynagent.infrastructure.postgres.knowledge_search import PostgresVectorStore
from dynagent.infrastructure.postgres.pool import Pool

DIMENSIONS, TOPICS, WORDS, BATCH, NEAREST = 384, 500, 5000, 2000, 10
ONE_OF = 100
"""One document of so many is what the filter lets through."""
Array = Any

BASE = """
INSERT INTO knowledge_bases (id, user_id, name, description, source_type, status, vector_db_collection_name,
  collection_id, embedding_model, language, chunk_size, chunk_overlap, weights, created_at, updated_at)
VALUES ($1, $2, 'bench', '', 'upload', 'ready', 'bench', $3, 'bench', 'english', 1000, 100, '{}', now(), now())
"""
COLLECTION = """
INSERT INTO knowledge_collections (id, kb_id, space, embedding_model, language, chunk_size, chunk_overlap)
VALUES ($1, $2, $3, 'bench', 'english', 1000, 100)
"""
DOCUMENTS = """
INSERT INTO kb_documents (id, user_id, kb_id, source_type, media_type, size_bytes, status, num_chunks, metadata,
  created_at, updated_at)
SELECT id, $2, $3, 'upload', 'text/plain', 0, 'processed', $4, '{}', now(), now() FROM unnest($1::uuid[]) AS id
"""
CHUNKS = """
INSERT INTO vector_store (collection_id, document_id, ordinal, start, text, metadata, searched, space, embedding)
SELECT $1, d, o, 0, t, '{}', to_tsvector('english', t), $2, v::halfvec
FROM unnest($3::uuid[], $4::int[], $5::text[], $6::text[]) AS n (d, o, t, v)
"""


async def main(chunks: int, questions: int) -> None:
    """Make the data, measure, print."""
    with tempfile.TemporaryDirectory() as place:
        database = Database(DatabaseSettings(data_dir=Path(place), database_url=None))
        await database.connect()
        await migrations.upgrade(database.dsn)
        pool = database.pool
        store = PostgresVectorStore(pool)
        numbers = np.random.default_rng(7)
        topics = numbers.normal(size=(TOPICS, DIMENSIONS)).astype(np.float32)
        vectors = _unit(topics[numbers.integers(0, TOPICS, chunks)] + numbers.normal(size=(chunks, DIMENSIONS)) * 0.7)
        base, documents, space = await _fill(pool, vectors, numbers)
        began = time.perf_counter()
        await VectorIndexes(pool).make(space)
        print(f"{chunks} chunks, {DIMENSIONS} dimensions; index made in {time.perf_counter() - began:.0f} s")
        await pool.execute("ANALYZE")
        asked = _unit(
            topics[numbers.integers(0, TOPICS, questions)] + numbers.normal(size=(questions, DIMENSIONS)) * 0.7
        )
        legs = await store.legs(LOCAL_USER_ID, [base])
        for name, within in (("all", ChunkFilter()), ("1 % filter", ChunkFilter(documents[::ONE_OF]))):
            await _measure(store, legs, asked, vectors, documents=documents, within=within, name=name)
        await database.close()


async def _measure(
    store: PostgresVectorStore,
    legs: Sequence[Leg],
    asked: Array,
    vectors: Array,
    *,
    documents: Sequence[str],
    within: ChunkFilter,
    name: str,
) -> None:
    taken: list[float] = []
    recalled: list[float] = []
    allowed = np.ones(len(vectors), dtype=bool)
    per_document = len(vectors) // len(documents)
    if within.document_ids:
        chosen = {documents.index(id) for id in within.document_ids}
        allowed = np.isin(np.arange(len(vectors)) // per_document, list(chosen))
    ids = np.flatnonzero(allowed)
    space = cast("int", legs[0].space)
    for at, question in enumerate(asked):
        words = " ".join(f"word{(at * 7 + n) % WORDS}" for n in range(3))
        began = time.perf_counter()
        question_asked = Asked(kb_ids=[legs[0].kb_id], query=words, top_k=NEAREST, within=within)
        found = await store.search(legs, question_asked, {space: question.tolist()})
        taken.append((time.perf_counter() - began) * 1000)
        nearest = ids[np.argsort(-(vectors[ids] @ question))[:NEAREST]]
        wanted = {(documents[int(one) // per_document], int(one) % per_document) for one in nearest}
        recalled.append(len(wanted & {(item.document_id, item.ordinal) for item in found}) / NEAREST)
    p50, p95 = statistics.median(taken), sorted(taken)[int(len(taken) * 0.95)]
    print(f"{name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms, recall@{NEAREST} {statistics.mean(recalled):.3f}")


async def _fill(pool: Pool, vectors: Array, numbers: Any) -> tuple[str, list[str], int]:
    """Store the chunks, a hundred to a document; return base, documents and space."""
    base, collection = new_id(), new_id()
    per_document = 100
    documents = [new_id() for _ in range(len(vectors) // per_document)]
    await pool.execute(BASE, base, LOCAL_USER_ID, collection)
    space = await pool.fetchval(
        "INSERT INTO embedding_spaces (key, dimensions) VALUES ('bench', $1) RETURNING id", DIMENSIONS
    )
    await pool.execute(COLLECTION, collection, base, space)
    await pool.execute(DOCUMENTS, documents, LOCAL_USER_ID, base, per_document)
    for start in range(0, len(documents) * per_document, BATCH):
        places = range(start, min(start + BATCH, len(documents) * per_document))
        texts = [" ".join(f"word{n}" for n in numbers.integers(0, WORDS, 40)) for _ in places]
        written = ["[" + ",".join(f"{n:.5g}" for n in vectors[place]) + "]" for place in places]
        await pool.execute(
            CHUNKS,
            collection,
            space,
            [documents[place // per_document] for place in places],
            [place % per_document for place in places],
            texts,
            written,
        )
    return base, documents, space


def _unit(rows: Array) -> Array:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=200)
    given = parser.parse_args()
    asyncio.run(main(given.chunks, given.questions))
