"""Knowledge: bases of documents, taken in by runs, searched by people and agents."""

from collections.abc import Sequence
from contextlib import AsyncExitStack

from dynagent.application.commands.knowledge import KnowledgeSettings
from dynagent.application.commands.knowledge.starting import Ingesting
from dynagent.application.commands.knowledge.sweep import SweepKnowledgeHandler, Unfinished
from dynagent.application.shared.access import EVERY_ROLE, MAKERS, Grant
from dynagent.application.shared.handlers import handlers_of
from dynagent.core.knowledge import Documents, Embeddings, KnowledgeBases, Searcher, Shares, VectorStore
from dynagent.core.runs import Runner
from dynagent.infrastructure.documents.extraction import DocumentSettings
from dynagent.infrastructure.embeddings.built_in import BuiltInSettings
from dynagent.infrastructure.knowledge.ingestion import IngestionRuns
from dynagent.infrastructure.knowledge.sweeper import knowledge_sweeper
from dynagent.infrastructure.llm.prices import GenaiPrices
from dynagent.infrastructure.objects.settings import ObjectSettings
from dynagent.infrastructure.objects.store import ObstoreObjects
from dynagent.infrastructure.observability.correlation import current_correlation_id
from dynagent.infrastructure.postgres.knowledge import PostgresDocuments, PostgresKnowledgeBases, PostgresShares
from dynagent.infrastructure.postgres.runs.ingestion import UnfinishedDocuments
from dynagent.infrastructure.postgres.runs.submissions import PostgresSubmissions
from dynagent.main.noun import Binds, Noun, Process
from dynagent.presentation.api.knowledge import documents, routes
from dynagent.presentation.api.shared.router import Routes
from dynagent.presentation.api.shared.site import Pages


def _binds(process: Process) -> Binds:
    knowledge = process.knowledge
    return Binds(
        shared={
            Embeddings: knowledge.embeddings,
            Searcher: knowledge.searcher,
            Unfinished: UnfinishedDocuments(process.database.pool),
            VectorStore: knowledge.store,
        },
        scoped={
            Documents: lambda scope: PostgresDocuments(scope.session, scope.user_id),
            KnowledgeBases: lambda scope: PostgresKnowledgeBases(scope.session, scope.user_id),
            Shares: lambda scope: PostgresShares(scope.session),
        },
    )


def _runners(process: Process) -> Sequence[Runner]:
    knowledge, settings = process.knowledge, process.settings
    of_documents = IngestionRuns(
        store=knowledge.store,
        objects=ObstoreObjects(settings.of(ObjectSettings), settings.database.data_dir),
        extraction=knowledge.extraction,
        embeddings=knowledge.embeddings,
        pages=knowledge.pages,
        indexes=knowledge.indexes,
        prices=GenaiPrices(),
        max_documents=settings.of(KnowledgeSettings).max_documents_per_knowledge_base,
    )
    return [of_documents]


def _start_sweeping(process: Process, stack: AsyncExitStack) -> None:
    settings, pool = process.settings.of(KnowledgeSettings), process.database.pool
    submissions = PostgresSubmissions(pool, process.deliver, process.signals.hub.opened, current_correlation_id)
    ingesting = Ingesting(
        submissions=submissions, notifier=process.signals.notifier, settings=settings, clock=process.clock
    )
    sweep = SweepKnowledgeHandler(
        unfinished=UnfinishedDocuments(pool), store=process.knowledge.store, ingesting=ingesting
    )
    sweeper = knowledge_sweeper(sweep, every_s=settings.sweep_knowledge_every_s)
    sweeper.start()
    stack.push_async_callback(sweeper.stop)


noun = Noun(
    grants={"knowledge:read": Grant(EVERY_ROLE), "knowledge:write": Grant(MAKERS)},
    settings=(KnowledgeSettings, DocumentSettings, BuiltInSettings),
    handlers=handlers_of("knowledge"),
    binds=_binds,
    runners=_runners,
    routes=(
        Routes(100, documents.streamed),
        Routes(101, documents.router),
        Routes(102, routes.router),
        Routes(84, routes.of_files),
    ),
    tag=(46, "Knowledge", "Documents that agents answer from, with citations."),
    pages=Pages(dynamic=frozenset({"knowledge"})),
    background=_start_sweeping,
)
