"""Runs that take documents in, over the real store: what a dead attempt has done is not done again."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio

from dynagent.application.shared.caller import LOCAL_USER_ID, Caller
from dynagent.core.knowledge import (
    Document,
    EmbeddingFailed,
    KnowledgeBase,
)
from dynagent.core.runs import ChildRuns, Claim, Outcome, Run, RunStatus
from dynagent.core.shared.clock import utc_now
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.knowledge import ingestion
from dynagent.infrastructure.knowledge.ingestion import IngestionRuns
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.knowledge import PostgresDocuments, PostgresKnowledgeBases
from dynagent.infrastructure.postgres.knowledge_search import PostgresVectorStore
from tests.conftest import ScopeFor, connected_to
from tests.fakes.knowledge import FakeEmbeddings, FakeExtraction, FakeIndexes, FakeObjects, FakePages
from tests.fakes.trace import ListedTrace
from tests.repositories import RepositoryScopes

PRICELESS: Any = type("Priceless", (), {"cost_usd": lambda *_: None})()


@dataclass
class Bench:
    """A base in the real store, and runs over it."""

    database: Database
    scope_for: ScopeFor
    objects: FakeObjects = field(default_factory=FakeObjects)
    pages: FakePages = field(default_factory=FakePages)
    base: KnowledgeBase | None = None
    trace: ListedTrace = field(default_factory=ListedTrace)

    async def make(self, *texts: str, url: str | None = None, **fields: Any) -> tuple[str, list[Document]]:
        """Store a base with documents that wait for a run; return the run's id and the documents."""
        now, run_id = utc_now(), new_id()
        made = {"embedding_model": "model", **fields}
        self.base = KnowledgeBase.make(
            now=now, id=new_id(), user_id=LOCAL_USER_ID, collection_id=new_id(), name="B", **made
        )
        documents: list[Document] = []
        async with self.scope_for(LOCAL_USER_ID) as scope:
            bases = PostgresKnowledgeBases(scope.session, LOCAL_USER_ID)
            await bases.create(self.base)
            await bases.add_collection(self.base, self.base.collection_id)
            for at, text in enumerate(texts):
                id = new_id()
                self.objects.stored[f"knowledge/{id}"] = text.encode()
                documents.append(
                    self._document(id, run_id, storage_path_or_url=f"knowledge/{id}", content_hash=str(at))
                )
            if url is not None:
                crawl = {"from": url, "max_pages": 3, "max_depth": 2, "before": 0}
                documents.append(self._document(new_id(), run_id, url=url, metadata={"depth": 0, "crawl": crawl}))
            repository = PostgresDocuments(scope.session, LOCAL_USER_ID)
            for document in documents:
                await repository.create(document)
            await scope.uow.commit()
        return run_id, documents

    def _document(self, id: str, run_id: str, **fields: Any) -> Document:
        assert self.base is not None
        now = utc_now()
        return Document(
            id=id,
            user_id=LOCAL_USER_ID,
            kb_id=self.base.id,
            source_type="direct_text",
            media_type="text/plain",
            execution_id=run_id,
            created_at=now,
            updated_at=now,
            **fields,
        )

    async def run(self, run_id: str, embeds: FakeEmbeddings) -> Outcome:
        """Run an attempt."""
        assert self.base is not None
        runner = IngestionRuns(
            store=PostgresVectorStore(self.database.pool),
            objects=self.objects,
            extraction=FakeExtraction(),
            embeddings=embeds,  # type: ignore[arg-type]
            pages=self.pages,
            indexes=FakeIndexes(),
            prices=PRICELESS,
            max_documents=100,
        )
        run = Run.start(
            timeout_s=60,
            now=utc_now(),
            id=run_id,
            user_id=LOCAL_USER_ID,
            kind="ingestion",
            subject_id=self.base.id,
            subject_version=1,
            subject_name="B",
            input={"collection_id": self.base.target_id},
        )
        claim = Claim(run, last_seq=1)
        return await runner.run(claim, self.trace, ChildRuns(claim, self.trace, None))  # type: ignore[arg-type]

    async def chunks(self) -> list[str]:
        """Return the texts that are stored, in order."""
        rows = await self.database.pool.fetch("SELECT text FROM vector_store ORDER BY document_id, ordinal")
        return [row["text"] for row in rows]

    async def states(self) -> list[tuple[str, str | None, int]]:
        """Return state, error and number of chunks of each document, and the state of the base behind them."""
        rows = await self.database.pool.fetch("SELECT status, error_code, num_chunks FROM kb_documents ORDER BY id")
        base = await self.database.pool.fetchval("SELECT status FROM knowledge_bases")
        return [*((row["status"], row["error_code"], row["num_chunks"]) for row in rows), (base, None, 0)]


@pytest_asyncio.fixture
async def bench(fresh_database_url: str) -> AsyncIterator[Bench]:
    database = connected_to(fresh_database_url)
    await database.connect()
    scopes = RepositoryScopes(database, deliver=lambda _: None)
    yield Bench(database, lambda user_id: scopes.open(Caller(user_id)))
    await database.close()


TEN = "\n".join(f"line {at}" for at in range(10))


async def test_an_attempt_that_died_is_gone_on_with(bench: Bench) -> None:
    run_id, _ = await bench.make(TEN)
    dying = FakeEmbeddings(fails={3: asyncio.CancelledError()})
    with pytest.raises(asyncio.CancelledError):
        await bench.run(run_id, dying)
    assert len(await bench.chunks()) == 4
    second = FakeEmbeddings()
    outcome = await bench.run(run_id, second)
    assert json.loads(outcome.result or "") == {"documents": 1, "failed": 0, "chunks": 10}
    assert dying.asked + second.asked == TEN.splitlines(), "nothing is embedded twice"
    assert await bench.chunks() == TEN.splitlines()
    assert await bench.states() == [("processed", None, 10), ("ready", None, 0)]
    third = FakeEmbeddings()
    assert (await bench.run(run_id, third)).status is RunStatus.COMPLETED
    assert third.asked == []


async def test_one_document_that_fails_does_not_keep_the_others(bench: Bench) -> None:
    run_id, _ = await bench.make("broken", "a\nb")
    outcome = await bench.run(run_id, FakeEmbeddings())
    assert outcome.status is RunStatus.COMPLETED
    assert await bench.states() == [
        ("error_processing", "document_unreadable", 0),
        ("processed", None, 2),
        ("ready", None, 0),
    ]


async def test_when_all_fail_the_run_does_too_and_nothing_is_left(bench: Bench) -> None:
    run_id, _ = await bench.make(TEN)
    outcome = await bench.run(run_id, FakeEmbeddings(fails={3: EmbeddingFailed("429 for ever")}))
    assert (outcome.status, outcome.error and outcome.error.code) == (RunStatus.FAILED, "embedding_failed")
    assert await bench.chunks() == []
    assert await bench.states() == [("error_processing", "embedding_failed", 0), ("error", None, 0)]


async def test_vectors_of_two_models_never_meet(bench: Bench) -> None:
    run_id, documents = await bench.make("a\nb", "c")
    first = FakeEmbeddings()
    first.fails = {2: asyncio.CancelledError()}
    with pytest.raises(asyncio.CancelledError):
        await bench.run(run_id, first)
    outcome = await bench.run(run_id, FakeEmbeddings(dimensions=3))
    assert outcome.status is RunStatus.FAILED or len(documents) == 2
    spaces = await bench.database.pool.fetch("SELECT DISTINCT space, vector_dims(embedding) AS n FROM vector_store")
    assert len(spaces) == 1
    assert ("error_processing", "embedding_failed", 0) in await bench.states()


async def test_an_object_store_that_is_away_is_waited_for(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingestion, "OBJECT_WAIT_S", 0.0)
    run_id, _ = await bench.make("a")
    bench.objects.away = 2
    assert (await bench.run(run_id, FakeEmbeddings())).status is RunStatus.COMPLETED
    run_id, _ = await bench.make("b")
    bench.objects.away = 100
    outcome = await bench.run(run_id, FakeEmbeddings())
    assert outcome.error is not None
    assert outcome.error.code == "object_store_unavailable"


async def test_a_crawl_is_bounded_and_takes_each_page_once(bench: Bench) -> None:
    bench.pages = FakePages(a=["b", "c", "d"], b=["a", "c"], c=["a"], d=[])
    run_id, _ = await bench.make(url="https://x.org/a")
    await bench.run(run_id, FakeEmbeddings())
    rows = await bench.database.pool.fetch("SELECT url, status, original_file_name FROM kb_documents ORDER BY url")
    assert [row["url"][-1] for row in rows] == ["a", "b", "c"], "three pages at most"
    assert {row["status"] for row in rows} == {"processed"}
    assert [row["original_file_name"] for row in rows] == ["a", "b", "c"]


async def test_a_run_tells_each_step_and_what_was_used(bench: Bench) -> None:
    run_id, [document] = await bench.make(TEN)
    outcome = await bench.run(run_id, FakeEmbeddings())
    assert outcome.usage.model_calls == 5
    assert outcome.usage.input_tokens == 10
    steps = [getattr(event, "node", "") for event in bench.trace.events if event.type == "node_end"]
    assert steps == ["extract", "embed"]
    assert bench.trace.types().count("usage") == 5
    assert {event.span_id for event in bench.trace.events if event.type == "node_start"} == {
        f"extract/{document.id}",
        f"embed/{document.id}",
    }


async def test_without_a_model_only_words_are_stored(bench: Bench) -> None:
    run_id, _ = await bench.make("a\nb", embedding_model="none")
    embeds = FakeEmbeddings()
    await bench.run(run_id, embeds)
    assert embeds.asked == []
    assert await bench.database.pool.fetchval("SELECT count(*) FROM vector_store WHERE embedding IS NULL") == 2
