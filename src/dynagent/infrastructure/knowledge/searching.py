"""The search: embeds the question once for each space, asks the store, cuts what is too far away."""

import time
from collections import OrderedDict
from collections.abc import Sequence

from dynagent.core.knowledge import (
    Answer,
    Asked,
    EmbeddingModelUnavailable,
    Embeddings,
    KnowledgeBaseNotFound,
    Leg,
    Searcher,
    VectorStore,
)

CACHED_QUESTIONS = 1000


class HybridSearcher(Searcher):
    """Searches by meaning and by words; a question that was asked lately is not embedded again."""

    def __init__(self, store: VectorStore, embeddings: Embeddings) -> None:
        self._store = store
        self._embeddings = embeddings
        self._cached: OrderedDict[tuple[str, str], Sequence[float]] = OrderedDict()

    async def search(self, user_id: str, asked: Asked) -> Answer:
        """Return the best chunks of bases that the user may read. Raises as the port says."""
        began = time.perf_counter()
        legs = await self._store.legs(user_id, asked.kb_ids)
        known = {leg.kb_id for leg in legs}
        for id in asked.kb_ids:
            if id not in known:
                raise KnowledgeBaseNotFound(f"there is no knowledge base {id!r}")
        vectors = await self._vectors(legs, asked.query)
        found = await self._store.search(legs, asked, vectors)
        if not found and not vectors:
            # Without meaning to go by, some of the words are better than nothing.
            found = await self._store.search(legs, asked, vectors, any_word=True)
        near = [
            item
            for item in found
            if asked.similarity_threshold is None
            or (item.similarity is not None and item.similarity >= asked.similarity_threshold)
        ]
        duration_ms = round((time.perf_counter() - began) * 1000, 3)
        return Answer(found=near[: asked.top_k], cut=len(found) - len(near), duration_ms=duration_ms)

    async def _vectors(self, legs: Sequence[Leg], query: str) -> dict[int, Sequence[float]]:
        """Return the question in each space that is searched by meaning."""
        vectors: dict[int, Sequence[float]] = {}
        for leg in legs:
            if leg.space is None or leg.space in vectors or leg.weights.vector == 0 or leg.space_key is None:
                continue
            # A shared base is searched with its owner's model: the reader may not have it.
            vectors[leg.space] = await self._embedded(leg, leg.space_key, query)
        return vectors

    async def _embedded(self, leg: Leg, key: str, query: str) -> Sequence[float]:
        cached = self._cached.get((key, query))
        if cached is None or len(cached) != leg.dimensions:
            embedder = await self._embeddings.of(leg.owner_id, leg.embedding_model)
            if embedder.key != key:
                raise EmbeddingModelUnavailable(
                    f"the model {leg.embedding_model!r} of {leg.kb_name!r} is another one by now; index the base anew"
                )
            [cached], _ = await embedder.embed([query])
            if len(cached) != leg.dimensions:
                raise EmbeddingModelUnavailable(
                    f"the model gave {len(cached)} numbers, those of {leg.kb_name!r} are {leg.dimensions}"
                )
            self._cached[key, query] = cached
            if len(self._cached) > CACHED_QUESTIONS:
                self._cached.popitem(last=False)
        self._cached.move_to_end((key, query))
        return cached
