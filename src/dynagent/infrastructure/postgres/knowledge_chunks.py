"""Collections of chunks in PostgreSQL, for the runs that fill them. Each call is a short transaction of its own.

A document is one run's at a time: every write names the run, and does nothing for another's.
"""

from collections.abc import Sequence
from typing import Any

from dynagent.core.knowledge import (
    Chunk,
    Chunking,
    Collection,
    Document,
    EmbeddingFailed,
    PendingDocument,
    json_metadata,
    searched_text,
)
from dynagent.core.shared.text import clean_text
from dynagent.infrastructure.postgres.errors import in_our_words
from dynagent.infrastructure.postgres.kit.mapping import json_of
from dynagent.infrastructure.postgres.knowledge import DOCUMENTS
from dynagent.infrastructure.postgres.pool import Connection, Pool, Row

MAX_DIMENSIONS = 4000
"""What an index of `halfvec` takes."""

COLLECTION = """
SELECT c.*, b.user_id AS owner_id, s.key AS space_key
FROM knowledge_collections c JOIN knowledge_bases b ON b.id = c.kb_id LEFT JOIN embedding_spaces s ON s.id = c.space
WHERE c.id = $1
"""
NEXT = """
UPDATE kb_documents SET status = 'processing', updated_at = greatest(now(), updated_at + interval '1 microsecond')
WHERE id = (SELECT id FROM kb_documents WHERE execution_id = $1 AND status IN ('pending_processing', 'processing')
  ORDER BY status DESC, id LIMIT 1)
RETURNING *, metadata::text AS metadata_text,
  (SELECT count(*)::int FROM vector_store v WHERE v.collection_id = $2 AND v.document_id = kb_documents.id) AS stored
"""
ADD_PAGES = """
INSERT INTO kb_documents (id, user_id, kb_id, source_type, url, media_type, size_bytes, status, num_chunks, metadata,
  execution_id, created_at, updated_at)
SELECT n.id, d.user_id, d.kb_id, 'web_url', n.url, '', 0, 'pending_processing', 0,
  jsonb_build_object('depth', coalesce((d.metadata ->> 'depth')::int, 0) + 1, 'crawl', d.metadata -> 'crawl'),
  d.execution_id, now(), now()
FROM kb_documents d, unnest($2::uuid[], $3::text[]) WITH ORDINALITY AS n (id, url, place)
WHERE d.id = $1 AND NOT EXISTS (SELECT FROM kb_documents o WHERE o.kb_id = d.kb_id AND o.url = n.url)
ORDER BY n.place
LIMIT greatest(0, $4 - (SELECT count(*) FROM kb_documents o JOIN kb_documents p USING (kb_id) WHERE p.id = $1))
ON CONFLICT DO NOTHING RETURNING id
"""
SPACE = """
WITH made AS (
  INSERT INTO embedding_spaces (key, dimensions) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id
)
SELECT id FROM made UNION ALL SELECT id FROM embedding_spaces WHERE key = $1 AND dimensions = $2 LIMIT 1
"""
ENTER = "UPDATE knowledge_collections SET space = $2 WHERE id = $1 AND (space IS NULL OR space = $2) RETURNING id"
# The numbers of a vector as text: asyncpg knows no `halfvec`, and the server reads 384 numbers in 20 µs.
ADD = """
INSERT INTO vector_store (collection_id, document_id, ordinal, page, start, text, metadata, searched, space, embedding)
SELECT c.id, $2, n.ordinal, n.page, n.start, n.text, $3::jsonb,
  to_tsvector(c.language::regconfig, n.searched), CASE WHEN n.vector IS NULL THEN NULL ELSE c.space END,
  n.vector::halfvec
FROM knowledge_collections c,
  unnest($4::int[], $5::int[], $6::int[], $7::text[], $8::text[], $9::text[])
    AS n (ordinal, page, start, text, searched, vector)
WHERE c.id = $1 AND EXISTS (SELECT FROM kb_documents d WHERE d.id = $2)
ON CONFLICT DO NOTHING
"""
FINISH = """
UPDATE kb_documents SET status = 'processed', num_chunks = $3, page_count = $4, metadata = $5::jsonb,
  media_type = $6, size_bytes = $7, content_hash = $8, original_file_name = $9, url = $10, storage_path_or_url = $11,
  error_code = NULL, error = NULL, processed_at = now(),
  updated_at = greatest(now(), updated_at + interval '1 microsecond')
WHERE id = $1 AND execution_id = $2 AND status = 'processing' RETURNING kb_id
"""
FAIL = """
UPDATE kb_documents SET status = 'error_processing', error_code = $3, error = $4, num_chunks = 0, processed_at = now(),
  updated_at = greatest(now(), updated_at + interval '1 microsecond')
WHERE id = $1 AND execution_id = $2 AND status IN ('pending_processing', 'processing') RETURNING kb_id
"""
CLEAR = "DELETE FROM vector_store WHERE collection_id = $1 AND document_id = $2"
CLEAR_BEYOND = "DELETE FROM vector_store WHERE collection_id = $1 AND document_id = $2 AND ordinal >= $3"
# One look at all documents: whoever ends last finds nothing unfinished, because they hold the base's row.
LOCK = "SELECT id FROM knowledge_bases WHERE id = $1 FOR UPDATE"
STATUS = """
UPDATE knowledge_bases b SET updated_at = greatest(now(), b.updated_at + interval '1 microsecond'), status = (
  SELECT CASE WHEN count(*) = 0 THEN 'pending'
    WHEN count(*) FILTER (WHERE d.status IN ('pending_processing', 'processing')) > 0 THEN 'indexing'
    WHEN count(*) FILTER (WHERE d.status = 'processed') = 0 THEN 'error' ELSE 'ready' END
  FROM kb_documents d WHERE d.kb_id = b.id)
WHERE b.id = $1 RETURNING status
"""
TAKE_PLACE = """
UPDATE knowledge_bases SET collection_id = building_id, building_id = NULL,
  vector_db_collection_name = 'kb_' || replace(building_id::text, '-', '')
WHERE id = $1 AND building_id = $2 RETURNING id
"""
OTHERS = "DELETE FROM knowledge_collections WHERE kb_id = $1 AND id <> $2"


class PostgresCollections:
    """The half of VectorStore that runs use."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def collection(self, id: str) -> Collection | None:
        """Return a collection, or None when its base is gone."""
        with in_our_words():
            row = await self._pool.fetchrow(COLLECTION, id)
        return None if row is None else _read(row)

    async def next(self, collection: Collection, execution_id: str) -> PendingDocument | None:
        """Return the next document that this run is to take in; one that an earlier attempt had begun comes first."""
        with in_our_words():
            row = await self._pool.fetchrow(NEXT, execution_id, collection.id)
        if row is None:
            return None
        return PendingDocument(DOCUMENTS.read({**row, "metadata": row["metadata_text"]}), row["stored"])

    async def add_pages(self, document: Document, urls: Sequence[str], ids: Sequence[str], *, most: int) -> int:
        """Have the run of a web page take in others that it links to. Return how many were added."""
        with in_our_words():
            return len(await self._pool.fetch(ADD_PAGES, document.id, list(ids), list(urls), most))

    async def enter_space(self, collection: Collection, key: str, dimensions: int) -> Collection:
        """Return the collection with the space of its vectors. Raises EmbeddingFailed when it has another one."""
        if not 0 < dimensions <= MAX_DIMENSIONS:
            raise EmbeddingFailed(f"vectors have 1 to {MAX_DIMENSIONS} dimensions, the model's have {dimensions}")
        with in_our_words():
            async with self._pool.acquire() as connection, connection.transaction():
                space = await connection.fetchval(SPACE, key, dimensions)
                if space is None:  # another transaction made it in the same moment
                    space = await connection.fetchval(SPACE, key, dimensions)
                entered = await connection.fetchval(ENTER, collection.id, space)
            if entered is None:
                words = f"the model gave vectors of {dimensions} dimensions, those of the collection are others"
                raise EmbeddingFailed(f"{words}; index the knowledge base anew with this model")
            found = await self.collection(collection.id)
        if found is None:
            raise EmbeddingFailed("the knowledge base was removed meanwhile")
        return found

    async def add(
        self, collection: Collection, document: Document, chunks: Sequence[Chunk], vectors: Sequence[Sequence[float]]
    ) -> None:
        """Store chunks with their vectors, none for a collection without; those that are there stay as they are."""
        texts = [clean_text(chunk.text) for chunk in chunks]
        written: list[str | None] = [_vector(vector) for vector in vectors] or [None] * len(chunks)
        with in_our_words():
            await self._pool.execute(
                ADD,
                collection.id,
                document.id,
                json_of(json_metadata(document.metadata)),
                [chunk.ordinal for chunk in chunks],
                [chunk.page for chunk in chunks],
                [chunk.start for chunk in chunks],
                texts,
                [searched_text(text) for text in texts],
                written,
            )

    async def finish(self, collection: Collection, document: Document, execution_id: str) -> None:
        """Store how a document ended, with all its new facts; the base is ready when all are done."""
        with in_our_words():
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.fetchval(LOCK, collection.kb_id)
                await connection.execute(CLEAR_BEYOND, collection.id, document.id, document.num_chunks)
                await connection.fetchval(
                    FINISH,
                    document.id,
                    execution_id,
                    document.num_chunks,
                    document.page_count,
                    json_of(document.metadata),
                    document.media_type,
                    document.size_bytes,
                    document.content_hash,
                    document.original_file_name,
                    document.url,
                    document.storage_path_or_url,
                )
                await connection.fetchval(STATUS, collection.kb_id)

    async def fail(self, collection: Collection, document_id: str, execution_id: str, error: tuple[str, str]) -> None:
        """Store (code, words) of why a document cannot be taken in; nothing of it is left in the collection."""
        with in_our_words():
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.fetchval(LOCK, collection.kb_id)
                if await connection.fetchval(FAIL, document_id, execution_id, error[0], clean_text(error[1])[:2000]):
                    await connection.execute(CLEAR, collection.id, document_id)
                await connection.fetchval(STATUS, collection.kb_id)

    async def settle(self, collection: Collection) -> bool:
        """Let a collection that is built beside another take its place if all is done; return whether all is."""
        with in_our_words():
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.fetchval(LOCK, collection.kb_id)
                status = await connection.fetchval(STATUS, collection.kb_id)
                if status in ("pending", "ready") and await self._takes_place(connection, collection):
                    await connection.execute(OTHERS, collection.kb_id, collection.id)
                return status == "ready"

    async def _takes_place(self, connection: Connection, collection: Collection) -> bool:
        return await connection.fetchval(TAKE_PLACE, collection.kb_id, collection.id) is not None


def _vector(vector: Sequence[float]) -> str:
    return "[" + ",".join([f"{number:.6g}" for number in vector]) + "]"


def _read(row: Row) -> Collection:
    space: Any = row["space"]
    return Collection(
        id=str(row["id"]),
        kb_id=str(row["kb_id"]),
        owner_id=str(row["owner_id"]),
        embedding_model=row["embedding_model"],
        language=row["language"],
        chunking=Chunking(row["chunk_size"], row["chunk_overlap"]),
        space=space,
        space_key=row["space_key"],
    )
