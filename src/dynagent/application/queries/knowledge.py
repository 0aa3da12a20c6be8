"""Questions about knowledge bases, their documents, and what is in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.knowledge import (
    Answer,
    Asked,
    ChunkFilter,
    Document,
    DocumentNotFound,
    Documents,
    EmbeddingFailed,
    EmbeddingModelUnavailable,
    KnowledgeBase,
    KnowledgeBaseNotFound,
    KnowledgeBases,
    Searcher,
    Share,
    Shares,
    StoredChunk,
)
from dynagent.core.shared.paging import MAX_LIMIT, Page, PageRequest

USER_DOCUMENTS = "user_documents"
"""The name under which a user's own bases are searched all at once."""
MAX_SEARCHED = 64


@dataclass(frozen=True, slots=True)
class BaseView:
    """A base with what it holds, and who else may read it (the owner is told that, nobody else)."""

    base: KnowledgeBase
    documents: int
    chunks: int
    is_own: bool
    shares: Sequence[Share] = ()


@dataclass(frozen=True)
class ListKnowledgeBases(Query[Page[BaseView]], needs="knowledge:read"):
    """A page of the bases that the caller may read, newest first."""

    search: str = ""
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True)
class GetKnowledgeBase(Query[BaseView], needs="knowledge:read", raises=(KnowledgeBaseNotFound,)):
    """One base. Raises KnowledgeBaseNotFound."""

    kb_id: str


@dataclass(frozen=True)
class ListDocuments(Query[Page[Document]], needs="knowledge:read", raises=(KnowledgeBaseNotFound,)):
    """A page of a base's documents, newest first. Raises KnowledgeBaseNotFound."""

    kb_id: str
    status: str | None = None
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True)
class GetDocument(Query[Document], needs="knowledge:read", raises=(KnowledgeBaseNotFound, DocumentNotFound)):
    """One document. Raises KnowledgeBaseNotFound, DocumentNotFound."""

    kb_id: str
    document_id: str


@dataclass(frozen=True)
class ListChunks(Query[Page[StoredChunk]], needs="knowledge:read", raises=(KnowledgeBaseNotFound, DocumentNotFound)):
    """A page of a document's chunks, in their order. Raises KnowledgeBaseNotFound, DocumentNotFound."""

    kb_id: str
    document_id: str
    page: PageRequest = field(default_factory=PageRequest)


SEARCH_REFUSALS = (KnowledgeBaseNotFound, EmbeddingModelUnavailable, EmbeddingFailed)


@dataclass(frozen=True)
class SearchKnowledge(Query[Answer], needs="knowledge:read", scope="none", raises=SEARCH_REFUSALS):
    """What is said about a question in bases that the caller may read. Raises KnowledgeBaseNotFound …"""

    asked: Asked


@dataclass(frozen=True, kw_only=True)
class FindInStores(Query[Asked], needs="knowledge:read", raises=(KnowledgeBaseNotFound,)):
    """The question as `SearchKnowledge` takes it, for stores by name or id and files by id.

    `user_documents` stands for all that the caller may read. Raises KnowledgeBaseNotFound.
    """

    query: str
    stores: Sequence[str] = (USER_DOCUMENTS,)
    file_ids: Sequence[str] = ()
    top_k: int = 5
    similarity_threshold: float | None = None
    metadata: Mapping[str, str | int | float | bool] = field(default_factory=dict[str, str | int | float | bool])


@dataclass(frozen=True, slots=True)
class Viewing:
    """Adds to bases what they hold."""

    bases: KnowledgeBases
    shares: Shares

    async def of(self, bases: Sequence[KnowledgeBase], caller: Caller) -> list[BaseView]:
        """Return the views in the order of the bases."""
        counts = await self.bases.counts([base.id for base in bases])
        return [BaseView(base, *counts.get(base.id, (0, 0)), base.user_id == caller.user_id) for base in bases]


@dataclass(frozen=True, slots=True)
class ListKnowledgeBasesHandler:
    """Handles ListKnowledgeBases."""

    bases: KnowledgeBases
    viewing: Viewing

    async def __call__(self, message: ListKnowledgeBases, caller: Caller) -> Page[BaseView]:
        """Return the page."""
        page = await self.bases.find(message.search, message.page)
        return Page(
            items=await self.viewing.of(page.items, caller),
            total=page.total,
            total_is_exact=page.total_is_exact,
            skip=page.skip,
            limit=page.limit,
            next_cursor=page.next_cursor,
        )


@dataclass(frozen=True, slots=True)
class GetKnowledgeBaseHandler:
    """Handles GetKnowledgeBase."""

    bases: KnowledgeBases
    viewing: Viewing

    async def __call__(self, message: GetKnowledgeBase, caller: Caller) -> BaseView:
        """Return the base."""
        [view] = await self.viewing.of([await self.bases.existing(message.kb_id)], caller)
        if not view.is_own:
            return view
        shares = await self.viewing.shares.of(view.base.id)
        return BaseView(view.base, view.documents, view.chunks, view.is_own, shares)


@dataclass(frozen=True, slots=True)
class ListDocumentsHandler:
    """Handles ListDocuments."""

    bases: KnowledgeBases
    documents: Documents

    async def __call__(self, message: ListDocuments, caller: Caller) -> Page[Document]:
        """Return the page."""
        base = await self.bases.existing(message.kb_id)
        return await self.documents.page_of(base.id, message.status, message.page)


@dataclass(frozen=True, slots=True)
class GetDocumentHandler:
    """Handles GetDocument."""

    bases: KnowledgeBases
    documents: Documents

    async def __call__(self, message: GetDocument, caller: Caller) -> Document:
        """Return the document."""
        base = await self.bases.existing(message.kb_id)
        return await self.documents.in_base(base.id, message.document_id)


@dataclass(frozen=True, slots=True)
class ListChunksHandler:
    """Handles ListChunks."""

    bases: KnowledgeBases
    documents: Documents

    async def __call__(self, message: ListChunks, caller: Caller) -> Page[StoredChunk]:
        """Return the page."""
        base = await self.bases.existing(message.kb_id)
        document = await self.documents.in_base(base.id, message.document_id)
        return await self.documents.chunks(base.id, document.id, message.page)


@dataclass(frozen=True, slots=True)
class SearchKnowledgeHandler:
    """Handles SearchKnowledge; no session is held while a model embeds the question."""

    searcher: Searcher

    async def __call__(self, message: SearchKnowledge, caller: Caller) -> Answer:
        """Return what was found."""
        return await self.searcher.search(caller.user_id, message.asked)


@dataclass(frozen=True, slots=True)
class FindInStoresHandler:
    """Handles FindInStores."""

    bases: KnowledgeBases
    documents: Documents

    async def __call__(self, message: FindInStores, caller: Caller) -> Asked:
        """Return the question; of files that no base has, one that nothing answers."""
        found = await self._bases(message.stores)
        ids = [base.id for base in found][:MAX_SEARCHED]
        documents: Sequence[str] = ()
        if message.file_ids:
            documents = await self.documents.of_files(ids, message.file_ids)
            ids = ids if documents else []
        return Asked(
            kb_ids=ids,
            query=message.query,
            top_k=message.top_k,
            similarity_threshold=message.similarity_threshold,
            within=ChunkFilter(documents, dict(message.metadata)),
        )

    async def _bases(self, stores: Sequence[str]) -> list[KnowledgeBase]:
        readable = list((await self.bases.find("", PageRequest(limit=MAX_LIMIT))).items)
        if USER_DOCUMENTS in stores:
            return readable
        known = {name: base for base in readable for name in (base.id, base.vector_db_collection_name)}
        for store in stores:
            if store not in known:
                raise KnowledgeBaseNotFound(f"there is no vector store {store!r}")
        return [known[store] for store in dict.fromkeys(stores)]
