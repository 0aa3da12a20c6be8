"""Knowledge: bases of documents (entity), how documents become chunks (indexing), how they are found (search)."""

from dynagent.core.knowledge.documents import (
    Document,
    DocumentChangedMeanwhile,
    DocumentNotFound,
    DocumentStatus,
    DocumentTaken,
    DocumentUnreadable,
    SourceType,
    TooManyDocuments,
    content_hash_of,
    object_key_of,
)
from dynagent.core.knowledge.entity import (
    BUILT_IN,
    LANGUAGES,
    NO_EMBEDDING,
    KnowledgeBase,
    KnowledgeBaseChangedMeanwhile,
    KnowledgeBaseStatus,
    KnowledgeUpdating,
    TooManyKnowledgeBases,
    Weights,
)
from dynagent.core.knowledge.indexing import (
    INGESTION,
    Chunk,
    Chunking,
    Embedder,
    EmbeddingFailed,
    EmbeddingModelUnavailable,
    Embeddings,
    Extracted,
    Extraction,
    IngestionStarted,
    Vectors,
)
from dynagent.core.knowledge.ports import (
    Collection,
    Documents,
    KnowledgeBases,
    PageFetcher,
    PendingDocument,
    Share,
    Shares,
    SpaceIndexes,
    StoredChunk,
    VectorStore,
    WebPage,
    json_metadata,
)
from dynagent.core.knowledge.search import (
    MAX_TOP_K,
    Answer,
    Asked,
    ChunkFilter,
    Found,
    Leg,
    Searcher,
    asked_text,
    citation_of,
    context_of,
    searched_text,
)
from dynagent.core.shared.knowledge_bases import KnowledgeBaseNotFound

knows = frozenset({"executions", "files"})
"""The nouns whose core ports its commands and queries may use."""
