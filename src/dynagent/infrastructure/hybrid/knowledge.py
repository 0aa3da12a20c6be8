"""What knowledge is made of in one process, opened; nothing of it runs before it is used."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from dynagent.core.knowledge import Embeddings, Extraction, PageFetcher, Searcher, SpaceIndexes, VectorStore
from dynagent.infrastructure.documents.extraction import ConfinedExtraction, DocumentSettings
from dynagent.infrastructure.embeddings.built_in import BuiltInEmbedder, BuiltInSettings
from dynagent.infrastructure.http.guarded import OutboundSettings
from dynagent.infrastructure.knowledge.crawling import GuardedPages
from dynagent.infrastructure.knowledge.searching import HybridSearcher
from dynagent.infrastructure.llm.embeddings import UsersEmbeddings
from dynagent.infrastructure.llm.in_use import ModelsInUse
from dynagent.infrastructure.postgres.knowledge_index import VectorIndexes
from dynagent.infrastructure.postgres.knowledge_search import PostgresVectorStore
from dynagent.infrastructure.postgres.pool import Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """The parts that runs, tools and messages share."""

    store: VectorStore
    indexes: SpaceIndexes
    embeddings: Embeddings
    searcher: Searcher
    extraction: Extraction
    pages: PageFetcher


@asynccontextmanager
async def open_knowledge(
    pool: Pool,
    models: ModelsInUse,
    *,
    built_in: BuiltInSettings,
    documents: DocumentSettings,
    outbound: OutboundSettings,
    data_dir: Path,
) -> AsyncGenerator[Knowledge]:
    """Give the parts; the process of the built-in model ends with them, where it was begun."""
    store = PostgresVectorStore(pool)
    async with aclosing(BuiltInEmbedder(built_in)) as embedder:
        embeddings = UsersEmbeddings(embedder, models)
        yield Knowledge(
            store=store,
            indexes=VectorIndexes(pool),
            embeddings=embeddings,
            searcher=HybridSearcher(store, embeddings),
            extraction=ConfinedExtraction(documents, data_dir),
            pages=GuardedPages(outbound),
        )
