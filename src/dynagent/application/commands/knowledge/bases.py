"""Commands about knowledge bases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dynagent.application.commands.knowledge.settings import KnowledgeSettings
from dynagent.application.commands.knowledge.starting import Ingesting
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.files import Objects, ObjectsAway
from dynagent.core.knowledge import (
    NO_EMBEDDING,
    Documents,
    EmbeddingModelUnavailable,
    Embeddings,
    KnowledgeBase,
    KnowledgeBaseChangedMeanwhile,
    KnowledgeBaseNotFound,
    KnowledgeBases,
    KnowledgeUpdating,
    Share,
    Shares,
    SourceType,
    TooManyKnowledgeBases,
    Weights,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.shared.paging import PageRequest
from dynagent.core.shared.unit_of_work import UnitOfWork

ALL = ("pending_processing", "processing", "processed", "error_processing")


@dataclass(frozen=True, kw_only=True)
class CreateKnowledgeBase(
    Command[KnowledgeBase], needs="knowledge:write", raises=(InvalidInput, TooManyKnowledgeBases)
):
    """Make an empty knowledge base. Raises InvalidInput, TooManyKnowledgeBases.

    Without an `embedding_model` it is the built-in one where that is installed, else words alone are searched.
    """

    name: str
    description: str = ""
    source_type: SourceType = "upload"
    embedding_model: str | None = None
    language: str = "english"
    chunk_size: int = 1000
    chunk_overlap: int = 100
    weights: Weights = field(default_factory=Weights)


@dataclass(frozen=True)
class ChangeKnowledgeBase(
    Command[KnowledgeBase],
    needs="knowledge:write",
    raises=(KnowledgeBaseNotFound, KnowledgeBaseChangedMeanwhile, InvalidInput),
):
    """Change fields of a base; how documents are cut and embedded counts from the next indexing on.

    Raises KnowledgeBaseNotFound, KnowledgeBaseChangedMeanwhile, InvalidInput.
    """

    kb_id: str
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class DeleteKnowledgeBase(Command[None], needs="knowledge:write", raises=(KnowledgeBaseNotFound,)):
    """Remove a base with its documents, chunks and vectors; agents go on without it. Raises KnowledgeBaseNotFound."""

    kb_id: str


@dataclass(frozen=True)
class ReindexKnowledgeBase(
    Command[KnowledgeBase],
    needs="knowledge:write",
    raises=(KnowledgeBaseNotFound, KnowledgeBaseChangedMeanwhile, KnowledgeUpdating),
    audit="knowledge_base.reindexed",
):
    """Index all documents anew, with the base's settings as they are now, beside what is searched meanwhile.

    Raises KnowledgeBaseNotFound, KnowledgeUpdating.
    """

    kb_id: str


@dataclass(frozen=True)
class ShareKnowledgeBase(
    Command[Sequence[Share]],
    needs="knowledge:write",
    raises=(KnowledgeBaseNotFound, InvalidInput),
    audit="knowledge_base.shared",
):
    """Have just these others read a base, too. Raises KnowledgeBaseNotFound, InvalidInput for who is not there."""

    kb_id: str
    shares: Sequence[Share]


@dataclass(frozen=True, slots=True)
class KnowledgeRules:
    """Refuses embedding models that cannot be asked."""

    embeddings: Embeddings

    async def check_model(self, model: str, user_id: str) -> None:
        """Raise InvalidInput for a model that is not there."""
        if model == NO_EMBEDDING:
            return
        try:
            await self.embeddings.of(user_id, model)
        except EmbeddingModelUnavailable as error:
            found = Violation("/embedding_model", "known_model", error.detail)
            raise InvalidInput("the embedding model cannot be used", violations=[found]) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateKnowledgeBaseHandler:
    """Handles CreateKnowledgeBase."""

    bases: KnowledgeBases
    rules: KnowledgeRules
    uow: UnitOfWork
    settings: KnowledgeSettings
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def __call__(self, message: CreateKnowledgeBase, caller: Caller) -> KnowledgeBase:
        """Return the new base."""
        most = self.settings.max_knowledge_bases_per_user
        count = (await self.bases.find("", PageRequest(limit=1))).total
        if count >= most:
            raise TooManyKnowledgeBases(f"you have {count} knowledge bases; at most {most}", extra={"limit": most})
        given = dict(vars(message))
        given["embedding_model"] = message.embedding_model or self.rules.embeddings.default
        await self.rules.check_model(given["embedding_model"], caller.user_id)
        base = KnowledgeBase.make(
            now=self.clock(), id=self.new_id(), user_id=caller.user_id, collection_id=self.new_id(), **given
        )
        await self.bases.create(base)
        await self.bases.add_collection(base, base.collection_id)
        await self.uow.commit()
        return base


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeKnowledgeBaseHandler:
    """Handles ChangeKnowledgeBase."""

    bases: KnowledgeBases
    rules: KnowledgeRules
    uow: UnitOfWork
    clock: Clock = utc_now

    async def __call__(self, message: ChangeKnowledgeBase, caller: Caller) -> KnowledgeBase:
        """Return the base as it is now."""
        base = await self.bases.own(message.kb_id)
        changed = base.changed(dict(message.changes), now=self.clock())
        if changed.embedding_model != base.embedding_model:
            await self.rules.check_model(changed.embedding_model, caller.user_id)
        await self.bases.update(changed)
        await self.uow.commit()
        return changed


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteKnowledgeBaseHandler:
    """Handles DeleteKnowledgeBase."""

    bases: KnowledgeBases
    objects: Objects
    uow: UnitOfWork

    async def __call__(self, message: DeleteKnowledgeBase, caller: Caller) -> None:
        """Remove it: rows first, then objects; what stays of those is swept."""
        base = await self.bases.own(message.kb_id)
        await self.bases.delete(base.id)
        await self.uow.commit()
        try:
            async for found in self.objects.list(f"knowledge/{base.id}/"):
                await self.objects.delete([item.key for item in found])
        except ObjectsAway:
            return


@dataclass(frozen=True, slots=True, kw_only=True)
class ReindexKnowledgeBaseHandler:
    """Handles ReindexKnowledgeBase."""

    bases: KnowledgeBases
    documents: Documents
    ingesting: Ingesting
    uow: UnitOfWork
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def __call__(self, message: ReindexKnowledgeBase, caller: Caller) -> KnowledgeBase:
        """Return the base, whose new collection is being built."""
        base = await self.bases.own(message.kb_id)
        now, building_id, execution_id = self.clock(), self.new_id(), self.new_id()
        changed = base.rebuilding(building_id, now=now)
        await self.bases.add_collection(base, building_id)
        await self.bases.update(changed)
        ids = await self.documents.ids_of(base.id, ALL)
        await self.documents.queue(base.id, ids, execution_id, at=now)
        await self.uow.commit()
        await self.ingesting.start(changed, execution_id, f"Index {len(ids)} documents anew")
        return changed


@dataclass(frozen=True, slots=True)
class ShareKnowledgeBaseHandler:
    """Handles ShareKnowledgeBase."""

    bases: KnowledgeBases
    shares: Shares
    uow: UnitOfWork

    async def __call__(self, message: ShareKnowledgeBase, caller: Caller) -> Sequence[Share]:
        """Return who else may read it now."""
        base = await self.bases.own(message.kb_id)
        await self.shares.put(base.id, message.shares)
        await self.uow.commit()
        return await self.shares.of(base.id)
