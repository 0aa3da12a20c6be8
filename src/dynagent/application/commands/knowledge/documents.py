"""Commands about documents: added, tried again, removed. A run takes them in."""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from dynagent.application.commands.knowledge.settings import KnowledgeSettings
from dynagent.application.commands.knowledge.starting import Ingesting
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.files import FileNotFound, Files, Objects, ObjectsAway
from dynagent.core.knowledge import (
    Document,
    DocumentChangedMeanwhile,
    DocumentNotFound,
    Documents,
    DocumentTaken,
    KnowledgeBase,
    KnowledgeBaseNotFound,
    KnowledgeBases,
    TooManyDocuments,
    content_hash_of,
    object_key_of,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.shared.unit_of_work import UnitOfWork

OWN_OBJECTS = "knowledge/"
"""How keys of objects begin that go with their document; files are their owner's."""
REFUSALS = (KnowledgeBaseNotFound, TooManyDocuments, DocumentTaken, DocumentChangedMeanwhile)


@dataclass(frozen=True, slots=True)
class Added:
    """A document that waits to be taken in; `repeated` when the base had it already."""

    document: Document
    repeated: bool = False


@dataclass(frozen=True)
class AddFileDocument(Command[Added], needs="knowledge:write", raises=(*REFUSALS, FileNotFound)):
    """Take one of the caller's files in; the same content twice is one document.

    Raises KnowledgeBaseNotFound, FileNotFound, TooManyDocuments.
    """

    kb_id: str
    file_id: str


@dataclass(frozen=True)
class AddTextDocument(Command[Added], needs="knowledge:write", raises=(*REFUSALS, ObjectsAway)):
    """Take a text in. Raises KnowledgeBaseNotFound, TooManyDocuments, ObjectsAway."""

    kb_id: str
    text: str
    name: str | None = None


@dataclass(frozen=True)
class AddWebPage(Command[Added], needs="knowledge:write", raises=(*REFUSALS, InvalidInput)):
    """Take a web page in, and those it links to in the same folder: so many pages in all, so many links deep.

    A page that the base has is fetched anew. Raises KnowledgeBaseNotFound, TooManyDocuments, InvalidInput.
    """

    kb_id: str
    url: str
    max_pages: int = 1
    max_depth: int = 0


@dataclass(frozen=True)
class RetryDocuments(
    Command[int], needs="knowledge:write", raises=(KnowledgeBaseNotFound,), audit="knowledge_base.retried"
):
    """Take documents in once more: these, or all that failed. Returns how many. Raises KnowledgeBaseNotFound."""

    kb_id: str
    document_ids: Sequence[str] | None = None


@dataclass(frozen=True)
class RemoveDocument(Command[None], needs="knowledge:write", raises=(KnowledgeBaseNotFound, DocumentNotFound)):
    """Remove a document with its chunks; a file stays among its owner's. Raises DocumentNotFound."""

    kb_id: str
    document_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Adding:
    """Stores a new document as waiting, and starts its run."""

    bases: KnowledgeBases
    documents: Documents
    ingesting: Ingesting
    uow: UnitOfWork
    settings: KnowledgeSettings
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def base_with_room(self, kb_id: str) -> KnowledgeBase:
        """Return the owner's base. Raises KnowledgeBaseNotFound, TooManyDocuments."""
        base = await self.bases.own(kb_id)
        most = self.settings.max_documents_per_knowledge_base
        if await self.documents.count(base.id) >= most:
            raise TooManyDocuments(f"a knowledge base has at most {most} documents", extra={"limit": most})
        return base

    def document(self, base: KnowledgeBase, **fields: Any) -> Document:
        """Return a new document of a base."""
        now = self.clock()
        fields.setdefault("id", self.new_id())
        return Document(
            user_id=base.user_id,
            kb_id=base.id,
            execution_id=self.new_id(),
            created_at=now,
            updated_at=now,
            **fields,
        )

    async def add(self, base: KnowledgeBase, document: Document) -> Added:
        """Store it and start its run."""
        await self.documents.create(document)
        await self.queue(base, [document.id], document.execution_id or "", f"Index {document.title}")
        return Added(document)

    async def queue(self, base: KnowledgeBase, ids: Sequence[str], execution_id: str, about: str) -> int:
        """Have documents wait for a run, commit, and start it; return how many."""
        count = await self.documents.queue(base.id, ids, execution_id, at=self.clock())
        await self.uow.commit()
        if count:
            await self.ingesting.start(base, execution_id, about)
        return count


@dataclass(frozen=True, slots=True, kw_only=True)
class AddFileDocumentHandler:
    """Handles AddFileDocument."""

    files: Files
    adding: Adding

    async def __call__(self, message: AddFileDocument, caller: Caller) -> Added:
        """Return the document, or the one that has this content already."""
        base = await self.adding.base_with_room(message.kb_id)
        file = await self.files.existing(message.file_id)
        earlier = await self.adding.documents.of_content(base.id, file.content_hash)
        if earlier is not None:
            return Added(earlier, repeated=True)
        document = self.adding.document(
            base,
            source_type="upload",
            original_file_name=file.name,
            storage_path_or_url=file.object_key,
            media_type=file.content_type,
            size_bytes=file.size,
            content_hash=file.content_hash,
            metadata={"file_id": file.id, "file_name": file.name},
        )
        return await self.adding.add(base, document)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTextDocumentHandler:
    """Handles AddTextDocument."""

    objects: Objects
    adding: Adding

    async def __call__(self, message: AddTextDocument, caller: Caller) -> Added:
        """Return the document, or the one that has this content already."""
        base = await self.adding.base_with_room(message.kb_id)
        content = message.text.encode()
        hashed = content_hash_of(content)
        earlier = await self.adding.documents.of_content(base.id, hashed)
        if earlier is not None:
            return Added(earlier, repeated=True)
        id = self.adding.new_id()
        document = self.adding.document(
            base,
            id=id,
            source_type="direct_text",
            original_file_name=message.name,
            storage_path_or_url=object_key_of(base.id, id),
            media_type="text/plain",
            size_bytes=len(content),
            content_hash=hashed,
        )
        await self.objects.put(object_key_of(base.id, id), _one(content))
        return await self.adding.add(base, document)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddWebPageHandler:
    """Handles AddWebPage."""

    adding: Adding

    async def __call__(self, message: AddWebPage, caller: Caller) -> Added:
        """Return the document of the first page."""
        if not message.url.startswith(("http://", "https://")):
            found = Violation("/url", "url", "begins with http:// or https://")
            raise InvalidInput("a web page has another address", violations=[found])
        base = await self.adding.base_with_room(message.kb_id)
        crawl = {
            "from": message.url,
            "max_pages": message.max_pages,
            "max_depth": message.max_depth,
            "before": await self.adding.documents.count(base.id),
        }
        about = {"depth": 0, "crawl": crawl}
        earlier = await self.adding.documents.of_url(base.id, message.url)
        if earlier is None:
            return await self.adding.add(
                base, self.adding.document(base, source_type="web_url", url=message.url, metadata=about)
            )
        now = self.adding.clock()
        again = earlier.queued(self.adding.new_id(), now=now).model_copy(update={"metadata": about})
        await self.adding.documents.update(again)
        await self.adding.queue(base, [again.id], again.execution_id or "", f"Index {earlier.title} anew")
        return Added(await self.adding.documents.in_base(base.id, earlier.id), repeated=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryDocumentsHandler:
    """Handles RetryDocuments."""

    adding: Adding

    async def __call__(self, message: RetryDocuments, caller: Caller) -> int:
        """Return how many are taken in once more."""
        base = await self.adding.bases.own(message.kb_id)
        failed = await self.adding.documents.ids_of(base.id, ("error_processing",))
        chosen = message.document_ids
        ids = failed if chosen is None else [id for id in failed if id in set(chosen)]
        if not ids:
            return 0
        return await self.adding.queue(base, ids, self.adding.new_id(), f"Index {len(ids)} documents once more")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveDocumentHandler:
    """Handles RemoveDocument."""

    bases: KnowledgeBases
    documents: Documents
    objects: Objects
    uow: UnitOfWork

    async def __call__(self, message: RemoveDocument, caller: Caller) -> None:
        """Remove it: rows first, then its object."""
        base = await self.bases.own(message.kb_id)
        document = await self.documents.in_base(base.id, message.document_id)
        await self.documents.delete(document.id)
        await self.uow.commit()
        key = document.storage_path_or_url or ""
        if key.startswith(OWN_OBJECTS):
            with suppress(ObjectsAway):
                await self.objects.delete([key])


async def _one(content: bytes) -> AsyncIterator[bytes]:
    yield content
