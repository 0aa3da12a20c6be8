"""How a document becomes chunks with vectors: extraction in a process of its own, embedding by a model."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from dynagent.core.shared.errors import DynagentError, ErrorKind, Unavailable
from dynagent.core.shared.events import DomainEvent

INGESTION = "ingestion"
"""The kind of run that takes documents in."""
Vectors = Sequence[Sequence[float]]


class EmbeddingModelUnavailable(Unavailable):
    """The embedding model cannot be asked here: it is not installed, or nobody keeps a model of this name."""

    code = "embedding_model_unavailable"


class EmbeddingFailed(DynagentError):
    """The embedding model answered with an error, or with vectors that cannot be used."""

    kind = ErrorKind.UPSTREAM_FAILED
    code = "embedding_failed"


@dataclass(frozen=True, slots=True)
class Chunking:
    """How long chunks are and how far each repeats the end of the one before, in characters."""

    size: int
    overlap: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document: its text, the page it is on (from 1), where it begins on that page, in characters."""

    ordinal: int
    text: str
    page: int | None
    start: int


@dataclass(frozen=True, slots=True)
class Extracted:
    """What was read from a document: its pieces in order, how many pages, what it says about itself."""

    chunks: Sequence[Chunk]
    page_count: int | None = None
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])


class Extraction(Protocol):
    """Takes documents apart, where a crash or an attack does no harm: one process for each document, with limits."""

    async def extract(self, content: bytes, *, media_type: str, name: str, chunking: Chunking) -> Extracted:
        """Return the pieces of a document. Raises DocumentUnreadable, which says why; Unavailable."""
        ...


class Embedder(Protocol):
    """One embedding model. `key` names it with all that its vectors depend on: vectors of two keys never meet."""

    @property
    def key(self) -> str:
        """What the vectors are of: the model, and where it is asked."""
        ...

    @property
    def batch(self) -> int:
        """How many texts one call takes at most."""
        ...

    async def embed(self, texts: Sequence[str]) -> tuple[Vectors, int]:
        """Return a vector of length 1 for each text, and the tokens used. Raises EmbeddingFailed, Unavailable."""
        ...


class Embeddings(Protocol):
    """The embedding models that a user may ask."""

    @property
    def default(self) -> str:
        """What a base is embedded with unless its owner chooses: the built-in model where it is installed."""
        ...

    async def of(self, user_id: str, model: str) -> Embedder:
        """Return the model by the name that a knowledge base has for it. Raises EmbeddingModelUnavailable."""
        ...


class IngestionStarted(DomainEvent):
    """A run that takes documents in was accepted."""

    name: ClassVar[str] = "ingestion.started"
    kb_id: str
    execution_id: str
