"""Where knowledge is kept: bases and documents, collections of chunks with their vectors, and who may read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from dynagent.core.knowledge.documents import Document, DocumentNotFound
from dynagent.core.knowledge.entity import KnowledgeBase
from dynagent.core.knowledge.indexing import Chunk, Chunking
from dynagent.core.knowledge.search import Asked, Found, Leg
from dynagent.core.shared.knowledge_bases import KnowledgeBaseNotFound
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.shared.repository import BaseRepository


class KnowledgeBases(BaseRepository[KnowledgeBase]):
    """The bases that the owner may read: their own and those shared with them; only their own can be changed."""

    noun = "knowledge base"
    not_found = KnowledgeBaseNotFound

    async def find(self, search: str, page: PageRequest) -> Page[KnowledgeBase]:
        """Return a page of those whose name or description has this text, newest first."""
        raise NotImplementedError

    async def own(self, id: str) -> KnowledgeBase:
        """Return one of the owner's own. Raises KnowledgeBaseNotFound."""
        raise NotImplementedError

    async def readable(self, ids: Sequence[str]) -> list[KnowledgeBase]:
        """Return the bases in the order of the ids. Raises KnowledgeBaseNotFound for the first that may not be read."""
        raise NotImplementedError

    async def counts(self, ids: Sequence[str]) -> Mapping[str, tuple[int, int]]:
        """Return id → how many documents and chunks there are."""
        raise NotImplementedError

    async def add_collection(self, base: KnowledgeBase, collection_id: str) -> None:
        """Make an empty collection with the settings of a base."""
        raise NotImplementedError


class Documents(BaseRepository[Document]):
    """The documents of the bases that the owner may read."""

    noun = "document"
    not_found = DocumentNotFound

    async def page_of(self, kb_id: str, status: str | None, page: PageRequest) -> Page[Document]:
        """Return a page of a base's documents, newest first."""
        raise NotImplementedError

    async def in_base(self, kb_id: str, id: str) -> Document:
        """Return a document of a base. Raises DocumentNotFound."""
        raise NotImplementedError

    async def of_content(self, kb_id: str, content_hash: str) -> Document | None:
        """Return the document of a base with this content, or None."""
        raise NotImplementedError

    async def of_url(self, kb_id: str, url: str) -> Document | None:
        """Return the document of a base that is this web page, or None."""
        raise NotImplementedError

    async def of_files(self, kb_ids: Sequence[str], file_ids: Sequence[str]) -> list[str]:
        """Return the ids of the documents of these bases that are these files."""
        raise NotImplementedError

    async def count(self, kb_id: str) -> int:
        """Return how many documents a base has."""
        raise NotImplementedError

    async def ids_of(self, kb_id: str, statuses: Sequence[str]) -> list[str]:
        """Return the ids of a base's documents in these states, oldest first."""
        raise NotImplementedError

    async def queue(self, kb_id: str, ids: Sequence[str], execution_id: str, *, at: datetime) -> int:
        """Have documents wait for a run; those that another run is at work on are left alone. Return how many."""
        raise NotImplementedError

    async def chunks(self, kb_id: str, document_id: str, page: PageRequest) -> Page["StoredChunk"]:
        """Return a page of a document's chunks, in their order."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as it is stored; `is_embedded` says whether it has a vector."""

    id: int
    ordinal: int
    page: int | None
    start: int
    text: str
    is_embedded: bool


@dataclass(frozen=True, slots=True)
class PendingDocument:
    """A document that a run is to take in."""

    document: Document
    stored_chunks: int


@dataclass(frozen=True, slots=True)
class Collection:
    """Chunks of a base that were made alike: with one chunking, one language, one embedding model.

    `space` is where its vectors are, None before the first; vectors of two spaces are never compared.
    """

    id: str
    kb_id: str
    owner_id: str
    embedding_model: str
    language: str
    chunking: Chunking
    space: int | None
    space_key: str | None


class VectorStore(Protocol):
    """Collections of chunks with their vectors, for runs that fill them and whoever searches. Short transactions."""

    async def collection(self, id: str) -> Collection | None:
        """Return a collection, or None when its base is gone."""
        ...

    async def next(self, collection: Collection, execution_id: str) -> PendingDocument | None:
        """Return the next document that this run is to take in, with how many of its chunks are stored already.

        None: there are none left. One that an earlier attempt had begun comes first.
        """
        ...

    async def add_pages(self, document: Document, urls: Sequence[str], ids: Sequence[str], *, most: int) -> int:
        """Have the run of a web page take in others that it links to, as far as its base has room for `most` in all.

        Those that the base has already are passed over. Return how many were added.
        """
        ...

    async def enter_space(self, collection: Collection, key: str, dimensions: int) -> Collection:
        """Return the collection with the space of its vectors. Raises EmbeddingFailed when it has another one."""
        ...

    async def add(
        self, collection: Collection, document: Document, chunks: Sequence[Chunk], vectors: Sequence[Sequence[float]]
    ) -> None:
        """Store chunks with their vectors, none for a collection without; those that are there stay as they are."""
        ...

    async def finish(self, collection: Collection, document: Document, execution_id: str) -> None:
        """Store how a document ended, with all its new facts; the base is ready when all are done."""
        ...

    async def fail(self, collection: Collection, document_id: str, execution_id: str, error: tuple[str, str]) -> None:
        """Store (code, words) of why a document cannot be taken in; nothing of it is left in the collection."""
        ...

    async def settle(self, collection: Collection) -> bool:
        """Let a collection that is built beside another take its place if all is done; return whether all is."""
        ...

    async def legs(self, user_id: str, kb_ids: Sequence[str]) -> list[Leg]:
        """Return what is searched of the bases that the user may read."""
        ...

    async def search(
        self, legs: Sequence[Leg], asked: Asked, vectors: Mapping[int, Sequence[float]], *, any_word: bool = False
    ) -> list[Found]:
        """Return the best chunks of these legs, best first; `vectors` has the question in each space."""
        ...


class SpaceIndexes(Protocol):
    """Indexes over the vectors of a space, made once the space has outgrown the exact search."""

    async def is_due(self, space: int) -> bool:
        """Say whether a space should have an index and has none."""
        ...

    async def make(self, space: int) -> None:
        """Make it, unless somebody is at it; takes minutes for a million vectors."""
        ...


@dataclass(frozen=True, slots=True)
class Share:
    """Who else may read a base: a `user` by id, or everybody with a `role` by name."""

    kind: Literal["user", "role"]
    grantee: str


class Shares(Protocol):
    """Who else may read the owner's bases."""

    async def of(self, kb_id: str) -> list[Share]:
        """Return who else may read a base."""
        ...

    async def put(self, kb_id: str, shares: Sequence[Share]) -> None:
        """Share a base with just these. Raises InvalidInput for people and roles that are not there."""
        ...


@dataclass(frozen=True, slots=True)
class WebPage:
    """A page that was fetched: where it was found in the end, its content, and the links on it."""

    url: str
    content: bytes
    media_type: str
    title: str
    links: Sequence[str]


class PageFetcher(Protocol):
    """Fetches web pages, from public addresses only."""

    async def fetch(self, url: str) -> WebPage:
        """Return a page. Raises DocumentUnreadable when it cannot be had."""
        ...


def json_metadata(metadata: dict[str, Any]) -> dict[str, Any]:
    """Return what of a document's metadata filters can ask for: texts, numbers and truth values."""
    return {key: value for key, value in metadata.items() if isinstance(value, str | int | float | bool)}
