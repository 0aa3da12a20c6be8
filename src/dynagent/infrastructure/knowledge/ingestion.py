"""Runs that take documents in: fetch, extract, embed in batches, store; one document after the other.

An attempt goes on where the one before stopped: chunks that are stored are not embedded again, documents that are done
are passed over. What a document fails by stays with it, and the run goes on with the next one.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from dynagent.core.files import Objects, ObjectsAway
from dynagent.core.knowledge import (
    INGESTION,
    NO_EMBEDDING,
    Chunk,
    Collection,
    Document,
    Embedder,
    Embeddings,
    Extraction,
    PageFetcher,
    PendingDocument,
    SpaceIndexes,
    VectorStore,
    WebPage,
    content_hash_of,
    object_key_of,
)
from dynagent.core.language_models import Prices
from dynagent.core.runs import ChildRuns, Claim, Outcome, RunError, Runner, RunStatus, TraceRecorder
from dynagent.core.shared.errors import DynagentError, StorageAway
from dynagent.core.shared.ids import NewId, new_id
from dynagent.infrastructure.knowledge.crawling import next_pages
from dynagent.infrastructure.knowledge.ingestion_trace import IngestionTrace

OBJECT_TRIES = 5
OBJECT_WAIT_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestionRuns(Runner):
    """Takes the documents in that wait for the run, into the collection that its input names."""

    store: VectorStore
    objects: Objects
    extraction: Extraction
    embeddings: Embeddings
    pages: PageFetcher
    indexes: SpaceIndexes
    prices: Prices
    max_documents: int
    new_id: NewId = new_id

    @property
    def kind(self) -> str:
        """The kind of run that takes documents in."""
        return INGESTION

    async def run(self, claim: Claim, recorder: TraceRecorder, children: ChildRuns) -> Outcome:
        """Take all in; the result counts them. Fails when no document could be taken in."""
        collection = await self.store.collection(claim.run.input["collection_id"])
        if collection is None:
            return Outcome.of({"documents": 0, "failed": 0, "chunks": 0})
        trace = IngestionTrace(claim, recorder, self.prices)
        done: list[Document] = []
        failed: list[DynagentError] = []
        while (pending := await self.store.next(collection, claim.run.id)) is not None:
            try:
                # Read anew: the first vectors that are stored decide in which space they are.
                collection = await self.store.collection(collection.id) or collection
                done.append(await self._take_in(pending, collection, claim, trace))
            except StorageAway:
                raise
            except DynagentError as error:
                failed.append(error)
                await self.store.fail(collection, pending.document.id, claim.run.id, (error.code, error.detail))
        await self._settle(collection, trace)
        return _outcome(done, failed, trace)

    async def _take_in(
        self, pending: PendingDocument, collection: Collection, claim: Claim, trace: IngestionTrace
    ) -> Document:
        document, content = await self._content(pending.document, trace)
        with trace.step("extract", document.id):
            found = await self.extraction.extract(
                content, media_type=document.media_type, name=document.title, chunking=collection.chunking
            )
        document = document.model_copy(
            update={
                "num_chunks": len(found.chunks),
                "page_count": found.page_count,
                "metadata": {**document.metadata, **found.metadata},
            }
        )
        with trace.step("embed", document.id) as span:
            await self._embed(document, found.chunks[pending.stored_chunks :], collection, trace=trace, span=span)
        await self.store.finish(collection, document, claim.run.id)
        return document

    async def _embed(
        self,
        document: Document,
        chunks: Sequence[Chunk],
        collection: Collection,
        *,
        trace: IngestionTrace,
        span: str,
    ) -> None:
        """Embed and store batch by batch: the next one is begun when the last is stored, whoever is slower."""
        if collection.embedding_model == NO_EMBEDDING:
            for batch in _batches(chunks, 500):
                await self.store.add(collection, document, batch, ())
            return
        embedder = await self.embeddings.of(collection.owner_id, collection.embedding_model)
        for batch in _batches(chunks, embedder.batch):
            began = time.perf_counter()
            vectors, tokens = await embedder.embed([chunk.text for chunk in batch])
            took = round((time.perf_counter() - began) * 1000, 3)
            key = f"{span}/model.{batch[0].ordinal}"
            trace.used(collection.embedding_model, tokens, key=key, span=span, duration_ms=took)
            collection = await self._in_space(collection, embedder, len(vectors[0]))
            await self.store.add(collection, document, batch, vectors)

    async def _in_space(self, collection: Collection, embedder: Embedder, dimensions: int) -> Collection:
        return await self.store.enter_space(collection, embedder.key, dimensions)

    async def _content(self, document: Document, trace: IngestionTrace) -> tuple[Document, bytes]:
        """Return the document's bytes; a web page is fetched, and kept as it was."""
        if document.url is None:
            return document, await self._stored(document)
        with trace.step("fetch", document.id):
            page = await self.pages.fetch(document.url)
        key = object_key_of(document.kb_id, document.id)
        await self.objects.put(key, _one(page.content))
        await self._follow(document, page)
        return _of_page(document, page, key), page.content

    async def _stored(self, document: Document) -> bytes:
        """Return the object's bytes; a store that is away for a moment is waited for."""
        for tried in range(1, OBJECT_TRIES + 1):
            try:
                return b"".join([part async for part in self.objects.get(document.storage_path_or_url or "")])
            except ObjectsAway:
                if tried == OBJECT_TRIES:
                    raise
                await asyncio.sleep(OBJECT_WAIT_S * tried)
        raise AssertionError("unreachable: the last try returns or raises")

    async def _follow(self, document: Document, page: WebPage) -> None:
        """Have pages that this one links to taken in, as deep and as many as was asked for."""
        crawl: dict[str, Any] = document.metadata.get("crawl") or {}
        depth = int(document.metadata.get("depth", 0))
        if depth >= int(crawl.get("max_depth", 0)):
            return
        urls = next_pages(page, crawl["from"])
        most = min(self.max_documents, int(crawl["before"]) + int(crawl["max_pages"]))
        await self.store.add_pages(document, urls, [self.new_id() for _ in urls], most=most)

    async def _settle(self, collection: Collection, trace: IngestionTrace) -> None:
        await self.store.settle(collection)
        found = await self.store.collection(collection.id)
        if found is None or found.space is None or not await self.indexes.is_due(found.space):
            return
        with trace.step("index", f"space-{found.space}"):
            await self.indexes.make(found.space)


def _of_page(document: Document, page: WebPage, key: str) -> Document:
    about: dict[str, Any] = {"title": page.title} if page.title else {}
    return document.model_copy(
        update={
            "media_type": page.media_type,
            "size_bytes": len(page.content),
            "content_hash": None,
            "original_file_name": (page.title or None) and page.title[:255],
            "storage_path_or_url": key,
            "metadata": {**document.metadata, **about, "content_hash": content_hash_of(page.content)},
        }
    )


def _outcome(done: Sequence[Document], failed: Sequence[DynagentError], trace: IngestionTrace) -> Outcome:
    counts = {"documents": len(done), "failed": len(failed), "chunks": sum(one.num_chunks for one in done)}
    outcome = Outcome.of(counts, usage=trace.usage, cost_usd=trace.cost_usd)
    if done or not failed:
        return outcome
    error = RunError(code=failed[-1].code, message=failed[-1].detail)
    return outcome.model_copy(update={"status": RunStatus.FAILED, "error": error, "result": None})


def _batches(chunks: Sequence[Chunk], size: int) -> list[Sequence[Chunk]]:
    return [chunks[at : at + size] for at in range(0, len(chunks), size)]


async def _one(content: bytes) -> AsyncIterator[bytes]:
    yield content
