"""Indexes of vectors, one for each space that has outgrown the exact search, made while everybody goes on."""

from dynagent.infrastructure.postgres.errors import in_our_words
from dynagent.infrastructure.postgres.knowledge_search import EXACT_CHUNKS
from dynagent.infrastructure.postgres.pool import Pool

MEMORY_MB = 512
"""For the build: 64 MB hold some twenty thousand vectors, and the build then takes ten times as long."""
_LOCK = 0x64796E61_76656331  # "dyna" "vec1"
SIZE = "SELECT count(*)::int FROM (SELECT FROM vector_store WHERE space = $1 LIMIT $2) AS few"
DIMENSIONS = "SELECT dimensions FROM embedding_spaces WHERE id = $1"
STATE = """
SELECT i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relname = $1 AND i.indrelid = 'vector_store'::regclass
"""


class VectorIndexes:
    """Makes the index of a space once it is needed."""

    def __init__(self, pool: Pool, *, from_chunks: int = EXACT_CHUNKS) -> None:
        self._pool = pool
        self._from_chunks = from_chunks

    async def is_due(self, space: int) -> bool:
        """Say whether a space has outgrown the exact search and has no usable index."""
        with in_our_words():
            if await self._pool.fetchval(SIZE, space, self._from_chunks + 1) <= self._from_chunks:
                return False
            return await self._pool.fetchval(STATE, name_of(space)) is not True

    async def make(self, space: int) -> None:
        """Make the index, unless somebody is at it; one that was left half made is made anew."""
        name = name_of(space)
        with in_our_words():
            async with self._pool.acquire() as connection:
                if not await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", _LOCK >> 32, space):
                    return
                try:
                    if await connection.fetchval(STATE, name) is True:
                        return
                    dimensions = int(await connection.fetchval(DIMENSIONS, space))
                    await connection.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
                    await connection.execute(f"SET maintenance_work_mem = '{MEMORY_MB}MB'")
                    await connection.execute(
                        f"CREATE INDEX CONCURRENTLY {name} ON vector_store USING hnsw "
                        f"((embedding::halfvec({dimensions})) halfvec_cosine_ops) WHERE space = {space}"
                    )
                finally:
                    await connection.execute("RESET maintenance_work_mem")
                    await connection.fetchval("SELECT pg_advisory_unlock($1, $2)", _LOCK >> 32, space)


def name_of(space: int) -> str:
    """Return the name of a space's index."""
    return f"ix_vector_store_space_{int(space)}"
