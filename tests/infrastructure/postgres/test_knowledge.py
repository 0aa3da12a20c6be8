"""Knowledge in PostgreSQL: who may read what, what is found in which space, also through an index."""

import math
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from dynagent.application.shared.caller import LOCAL_USER_ID, Caller
from dynagent.core.knowledge import (
    Asked,
    Chunk,
    ChunkFilter,
    Collection,
    Document,
    KnowledgeBase,
    KnowledgeBaseNotFound,
    Share,
)
from dynagent.core.shared.clock import utc_now
from dynagent.core.shared.errors import InvalidInput, NotFound
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.knowledge import PostgresDocuments, PostgresKnowledgeBases, PostgresShares
from dynagent.infrastructure.postgres.knowledge_index import VectorIndexes, name_of
from dynagent.infrastructure.postgres.knowledge_search import PostgresVectorStore
from tests.conftest import connected_to
from tests.repositories import RepositoryScopes

GUEST = "00000000-0000-7000-8000-0000000000aa"
ADD_GUEST = """
INSERT INTO users (id, username, email, created_at, updated_at) VALUES ($1, 'guest', 'guest@example.org', now(), now())
"""


class Store:
    """A real store with two users."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.vectors = PostgresVectorStore(database.pool)
        self._scopes = RepositoryScopes(database, deliver=lambda _: None)

    def scope(self, user_id: str) -> Any:
        return self._scopes.open(Caller(user_id))

    async def base(self, texts: dict[str, list[float]], **fields: Any) -> tuple[KnowledgeBase, Document]:
        """Store a base of the local user's with one document of these chunks."""
        now = utc_now()
        base = KnowledgeBase.make(
            now=now, id=new_id(), user_id=LOCAL_USER_ID, collection_id=new_id(), name="B", embedding_model="m", **fields
        )
        document = Document(
            id=new_id(),
            user_id=LOCAL_USER_ID,
            kb_id=base.id,
            source_type="direct_text",
            original_file_name="d",
            metadata={"kind": "manual"},
            execution_id=new_id(),
            num_chunks=len(texts),
            created_at=now,
            updated_at=now,
        )
        async with self.scope(LOCAL_USER_ID) as scope:
            bases = PostgresKnowledgeBases(scope.session, LOCAL_USER_ID)
            await bases.create(base)
            await bases.add_collection(base, base.collection_id)
            await PostgresDocuments(scope.session, LOCAL_USER_ID).create(document)
            await scope.uow.commit()
        collection = await self.vectors.collection(base.collection_id)
        assert collection is not None
        await self._fill(collection, document, texts)
        return base, document

    async def _fill(self, collection: Collection, document: Document, texts: dict[str, list[float]]) -> None:
        chunks = [Chunk(at, text, None, 0) for at, text in enumerate(texts)]
        collection = await self.vectors.enter_space(collection, "m", len(next(iter(texts.values()))))
        await self.vectors.add(collection, document, chunks, list(texts.values()))

    async def found(self, user_id: str, base: KnowledgeBase, query: str, vector: list[float], **more: Any) -> list[str]:
        """Return the texts that are found."""
        legs = await self.vectors.legs(user_id, [base.id])
        vectors = {leg.space: vector for leg in legs if leg.space is not None}
        asked = Asked(kb_ids=[base.id], query=query, **more)
        return [item.text for item in await self.vectors.search(legs, asked, vectors)] if legs else []


@pytest_asyncio.fixture
async def store(fresh_database_url: str) -> AsyncIterator[Store]:
    database = connected_to(fresh_database_url)
    await database.connect()
    await database.pool.execute(ADD_GUEST, GUEST)
    yield Store(database)
    await database.close()


def ring(count: int) -> dict[str, list[float]]:
    """Return texts with vectors around a circle."""
    angles = [2 * math.pi * at / count for at in range(count)]
    return {f"text number{at}": [math.cos(angle), math.sin(angle)] for at, angle in enumerate(angles)}


async def test_a_base_is_ones_own_until_it_is_shared(store: Store) -> None:
    base, document = await store.base(ring(8))
    assert await store.found(GUEST, base, "number1", [1.0, 0.0]) == []
    async with store.scope(GUEST) as scope:
        bases = PostgresKnowledgeBases(scope.session, GUEST)
        assert await bases.get_by_id(base.id) is None
        with pytest.raises(KnowledgeBaseNotFound):
            await bases.readable([base.id])
        with pytest.raises(NotFound):
            await PostgresDocuments(scope.session, GUEST).in_base(base.id, document.id)
    async with store.scope(LOCAL_USER_ID) as scope:
        await PostgresShares(scope.session).put(base.id, [Share("user", GUEST)])
        await scope.uow.commit()
    assert len(await store.found(GUEST, base, "number1", [1.0, 0.0])) == 3
    async with store.scope(GUEST) as scope:
        bases = PostgresKnowledgeBases(scope.session, GUEST)
        assert (await bases.existing(base.id)).name == "B"
        with pytest.raises(KnowledgeBaseNotFound):
            await bases.own(base.id)
        assert not await bases.delete(base.id)
        assert not await PostgresDocuments(scope.session, GUEST).delete(document.id)


async def test_a_base_is_shared_with_people_and_roles_that_are_there(store: Store) -> None:
    base, _ = await store.base(ring(4))
    async with store.scope(LOCAL_USER_ID) as scope:
        shares = PostgresShares(scope.session)
        with pytest.raises(InvalidInput):
            await shares.put(base.id, [Share("user", new_id())])
        await shares.put(base.id, [Share("role", "viewer")])
        assert await shares.of(base.id) == [Share("role", "viewer")]
        await scope.uow.commit()
    assert await store.found(GUEST, base, "number1", [1.0, 0.0]) == []
    role = "INSERT INTO user_roles (user_id, role_id) SELECT $1, role_id FROM roles WHERE role_name = 'viewer'"
    await store.database.pool.execute(role, GUEST)
    assert len(await store.found(GUEST, base, "number1", [1.0, 0.0])) == 3


async def test_meaning_and_words_are_joined_by_rank(store: Store) -> None:
    base, _ = await store.base({"red pump": [1.0, 0.0], "blue valve": [0.9, 0.1], "green pipe": [0.0, 1.0]})
    assert await store.found(LOCAL_USER_ID, base, "nothing of it", [0.0, 1.0], top_k=1) == ["green pipe"]
    assert await store.found(LOCAL_USER_ID, base, "valve", [1.0, 0.0], top_k=1) == ["blue valve"]
    assert await store.found(LOCAL_USER_ID, base, "AT&T", [1.0, 0.0], top_k=1) == ["red pump"]


async def test_weights_say_what_counts(store: Store) -> None:
    texts = {"red pump": [1.0, 0.0], "blue valve": [0.0, 1.0]}
    by_words, _ = await store.base(texts, weights={"vector": 0.0, "words": 1.0})
    assert (await store.found(LOCAL_USER_ID, by_words, "valve", [1.0, 0.0]))[:1] == ["blue valve"]
    by_meaning, _ = await store.base(texts, weights={"vector": 1.0, "words": 0.0})
    assert (await store.found(LOCAL_USER_ID, by_meaning, "valve", [1.0, 0.0]))[:1] == ["red pump"]


async def test_through_an_index_the_same_is_found_also_with_a_filter(store: Store) -> None:
    base, document = await store.base(ring(500))
    other, _ = await store.base(ring(7))
    [leg] = await store.vectors.legs(LOCAL_USER_ID, [base.id])
    assert leg.space is not None
    asked = ("nothing", [math.cos(1), math.sin(1)])
    exact = await store.found(LOCAL_USER_ID, base, *asked, top_k=10)
    indexes = VectorIndexes(store.database.pool, from_chunks=100)
    assert await indexes.is_due(leg.space)
    await indexes.make(leg.space)
    assert not await indexes.is_due(leg.space)
    store.vectors = PostgresVectorStore(store.database.pool, exact_chunks=0)
    assert await store.found(LOCAL_USER_ID, base, *asked, top_k=10) == exact
    within = ChunkFilter([document.id], {"kind": "manual"})
    assert await store.found(LOCAL_USER_ID, base, *asked, top_k=10, within=within) == exact
    assert await store.found(LOCAL_USER_ID, base, *asked, within=ChunkFilter(metadata={"kind": "x"})) == []
    assert len(await store.found(LOCAL_USER_ID, other, *asked, top_k=10)) == 7, "others' chunks take no place"


async def test_an_index_that_was_left_half_made_is_made_anew(store: Store) -> None:
    base, _ = await store.base(ring(20))
    [leg] = await store.vectors.legs(LOCAL_USER_ID, [base.id])
    assert leg.space is not None
    pool, name = store.database.pool, name_of(leg.space)
    indexes = VectorIndexes(pool, from_chunks=10)
    await indexes.make(leg.space)
    await pool.execute(f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{name}'::regclass")
    assert await indexes.is_due(leg.space)
    await indexes.make(leg.space)
    assert not await indexes.is_due(leg.space)
