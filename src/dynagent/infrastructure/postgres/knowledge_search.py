"""Searching chunks in PostgreSQL: nearness of meaning and common words, joined by their ranks in one statement.

Up to some ten thousand chunks all are compared, which is exact and takes milliseconds. Above that the index of their
space is asked, wide and in relaxed order: `strict_order` fills a filtered page with wrong rows (recall 0.45). Of the
words all must be there: any-word search ruins questions that say it otherwise (hit@1 17 → 7 of 20).
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson

from dynagent.core.knowledge import Asked, Found, Leg, VectorStore, Weights, asked_text
from dynagent.infrastructure.postgres.errors import in_our_words
from dynagent.infrastructure.postgres.kit.mapping import json_of
from dynagent.infrastructure.postgres.knowledge_chunks import PostgresCollections
from dynagent.infrastructure.postgres.pool import Connection, Pool, Row

EXACT_CHUNKS = 20_000
"""So many chunks are compared one by one; an index is made for a space that has more."""
CANDIDATES = 60
"""How many each of both searches gives, at least."""
RANKED_WORDS = 2000
"""How many chunks with all words are ranked: common words are in all of them, and ranking reads each."""
RANK_OFFSET = 60
WIDE = (
    "SELECT set_config('hnsw.ef_search', $1, true), set_config('hnsw.iterative_scan', 'relaxed_order', true), "
    "set_config('hnsw.max_scan_tuples', '40000', true)"
)
EF_SEARCH, EF_FILTERED = "100", "200"
"""How far an index looks around: further where a filter lets little of it through."""
LEGS = """
SELECT b.id, b.name, b.user_id, b.collection_id, b.weights::text AS weights, c.language, c.embedding_model, c.space,
  s.key, s.dimensions, (SELECT coalesce(sum(d.num_chunks), 0)::int FROM kb_documents d WHERE d.kb_id = b.id) AS chunks
FROM knowledge_bases b JOIN knowledge_collections c ON c.id = b.collection_id
  LEFT JOIN embedding_spaces s ON s.id = c.space
WHERE b.id = ANY ($2::uuid[]) AND (b.user_id = $1::uuid OR EXISTS (
  SELECT FROM kb_shares h WHERE h.kb_id = b.id AND (
    (h.kind = 'user' AND h.grantee = $1::uuid::text)
    OR (h.kind = 'role' AND h.grantee IN (
      SELECT r.role_name FROM user_roles u JOIN roles r ON r.role_id = u.role_id WHERE u.user_id = $1::uuid)))))
ORDER BY array_position($2::uuid[], b.id)
"""
FILTERED = " AND (cardinality($6::uuid[]) = 0 OR v.document_id = ANY ($6::uuid[])) AND v.metadata @> $7::jsonb"
COUNT = f"""
SELECT count(*)::int FROM (
  SELECT FROM vector_store v WHERE v.collection_id = ANY ($1::uuid[])
    AND (cardinality($2::uuid[]) = 0 OR v.document_id = ANY ($2::uuid[])) AND v.metadata @> $3::jsonb
  LIMIT {EXACT_CHUNKS + 1}) AS few
"""  # noqa: S608 - a number of the code
STATEMENT = """
WITH legs AS (
  SELECT *, {tsquery} AS query
  FROM unnest($1::uuid[], $2::text[], $3::float8[], $4::float8[]) AS l (collection_id, language, vector, words)
), {near} words AS MATERIALIZED (
  SELECT m.id, m.weight, row_number() OVER (ORDER BY ts_rank_cd(v.searched, m.query) DESC, m.id) AS place
  FROM (
    SELECT v.id, l.query, l.words / nullif(l.vector + l.words, 0) AS weight
    FROM legs l JOIN vector_store v ON v.collection_id = l.collection_id AND v.searched @@ l.query
    WHERE numnode(l.query) > 0{filtered} LIMIT {ranked}
  ) AS m JOIN vector_store v ON v.id = m.id
  ORDER BY place LIMIT {candidates}
), fused AS (
  SELECT id, sum(weight * {top} / ({offset} + place)) AS score FROM ({places}) AS p
  GROUP BY id ORDER BY score DESC, id LIMIT $8
)
SELECT f.score, {similarity} AS similarity, v.id, v.document_id, v.ordinal, v.page, v.start, v.text,
  d.kb_id, coalesce(d.original_file_name, d.url, 'text') AS document, d.url, v.metadata::text AS metadata
FROM fused f JOIN vector_store v ON v.id = f.id JOIN kb_documents d ON d.id = v.document_id
ORDER BY f.score DESC, v.id
"""
NEAR = """asked_{space} AS MATERIALIZED (
  SELECT {parameter}::text::halfvec({dimensions}) AS vector
), near_{space} AS MATERIALIZED (
  SELECT n.id, row_number() OVER (ORDER BY n.distance, n.id) AS place,
    l.vector / nullif(l.vector + l.words, 0) AS weight
  FROM (
    SELECT v.id, v.collection_id, (v.embedding::halfvec({dimensions})) <=> {asked} AS distance
    FROM vector_store v
    WHERE v.space = {space} AND v.collection_id = ANY ($1::uuid[]){filtered}
    ORDER BY ((v.embedding::halfvec({dimensions})) <=> {asked}){exact} LIMIT {candidates}
  ) AS n JOIN legs l ON l.collection_id = n.collection_id
), """


class PostgresVectorStore(PostgresCollections, VectorStore):
    """Collections of chunks, filled by runs and searched by whoever may."""

    def __init__(self, pool: Pool, *, exact_chunks: int = EXACT_CHUNKS) -> None:
        super().__init__(pool)
        self._exact_chunks = exact_chunks

    async def legs(self, user_id: str, kb_ids: Sequence[str]) -> list[Leg]:
        """Return what is searched of the bases that the user may read."""
        with in_our_words():
            return [_leg(row) for row in await self._pool.fetch(LEGS, user_id, list(kb_ids))]

    async def search(
        self, legs: Sequence[Leg], asked: Asked, vectors: Mapping[int, Sequence[float]], *, any_word: bool = False
    ) -> list[Found]:
        """Return the best chunks of these legs, best first; `vectors` has the question in each space."""
        within = asked.within
        filters = (list(within.document_ids), json_of(within.metadata))
        narrow = bool(within.document_ids or within.metadata)
        spaces = tuple(sorted({(leg.space, leg.dimensions) for leg in legs if leg.space in vectors and leg.dimensions}))
        wide = max(CANDIDATES, 2 * asked.top_k)
        values = [
            [leg.collection_id for leg in legs],
            [leg.language for leg in legs],
            [leg.weights.vector if leg.space in vectors else 0.0 for leg in legs],
            [leg.weights.words or (0.0 if leg.space in vectors else 1.0) for leg in legs],
            asked_text(asked.query),
            *filters,
            wide if asked.similarity_threshold is not None else asked.top_k,
            *["[" + ",".join(map(str, vectors[space])) + "]" for space, _ in spaces if space is not None],
        ]
        chunks = sum(leg.chunks for leg in legs)
        with in_our_words():
            async with self._pool.acquire() as connection:
                exact = chunks <= self._exact_chunks or (
                    narrow and await connection.fetchval(COUNT, values[0], *filters) <= self._exact_chunks
                )
                query = statement(spaces, exact=exact, narrow=narrow, any_word=any_word, candidates=wide)
                rows = await _run(connection, query, values, ef_search=_ef_search(exact=exact, narrow=narrow))
        return [_found(row) for row in rows]


def _ef_search(*, exact: bool, narrow: bool) -> str | None:
    return None if exact else EF_FILTERED if narrow else EF_SEARCH


async def _run(connection: Connection, query: str, values: Sequence[Any], *, ef_search: str | None) -> Sequence[Row]:
    if ef_search is None:
        return await connection.fetch(query, *values)
    async with connection.transaction():
        await connection.fetchrow(WIDE, ef_search)
        return await connection.fetch(query, *values)


@lru_cache(maxsize=256)
def statement(
    spaces: tuple[tuple[int | None, int | None], ...], *, exact: bool, narrow: bool, any_word: bool, candidates: int
) -> str:
    """Return the search over these spaces, (number, dimensions) each.

    Numbers of spaces stand in the text: an index on a part of a table is only used for a constant of that part.
    """
    # A query that asks for parameters must use them; without filters these two are named where they cost nothing.
    filtered = FILTERED if narrow else ""
    near, places, similarity = "", ["SELECT id, place, weight FROM words"], ""
    for at, (space, dimensions) in enumerate(spaces):
        # Read once: a plan that is kept for all parameters would read the text anew for each chunk.
        asked = f"(SELECT vector FROM asked_{space})"  # noqa: S608 - a number of our own
        near += NEAR.format(
            space=int(space or 0),
            dimensions=int(dimensions or 0),
            parameter=f"${9 + at}",
            asked=asked,
            filtered=filtered,
            exact=" + 0" if exact else "",
            candidates=candidates,
        )
        places.append(f"SELECT id, place, weight FROM near_{space}")  # noqa: S608 - a number of our own
        similarity += f" WHEN {space} THEN 1 - ((v.embedding::halfvec({dimensions})) <=> {asked})"
    tsquery = "websearch_to_tsquery(l.language::regconfig, $5)"
    if any_word:
        tsquery = f"replace({tsquery}::text, ' & ', ' | ')::tsquery"
    unused = "" if narrow else " AND $6::uuid[] IS NOT NULL AND $7::jsonb IS NOT NULL"
    return STATEMENT.format(
        tsquery=tsquery,
        near=near,
        filtered=filtered + unused,
        ranked=RANKED_WORDS,
        candidates=candidates,
        top=RANK_OFFSET + 1,
        offset=RANK_OFFSET,
        places=" UNION ALL ".join(places),
        similarity=f"CASE v.space{similarity} END" if similarity else "NULL::float8",
    )


def _leg(row: Row) -> Leg:
    return Leg(
        kb_id=str(row["id"]),
        kb_name=row["name"],
        owner_id=str(row["user_id"]),
        collection_id=str(row["collection_id"]),
        language=row["language"],
        weights=Weights.model_validate_json(row["weights"]),
        embedding_model=row["embedding_model"],
        space=row["space"],
        space_key=row["key"],
        dimensions=row["dimensions"],
        chunks=row["chunks"],
    )


def _found(row: Row) -> Found:
    return Found(
        chunk_id=row["id"],
        kb_id=str(row["kb_id"]),
        document_id=str(row["document_id"]),
        document=row["document"],
        url=row["url"],
        ordinal=row["ordinal"],
        page=row["page"],
        start=row["start"],
        text=row["text"],
        score=round(float(row["score"] or 0), 6),
        similarity=None if row["similarity"] is None else round(float(row["similarity"]), 6),
        metadata=orjson.loads(row["metadata"]),
    )
