"""What every process looks at now and then: documents that their run has left behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dynagent.application.commands.knowledge.starting import Ingesting
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.knowledge import KnowledgeBase, VectorStore


class LeftDocument(Protocol):
    """A document whose run has ended without it."""

    @property
    def document_id(self) -> str:
        """The document."""
        ...

    @property
    def execution_id(self) -> str:
        """Its run."""
        ...

    @property
    def collection_id(self) -> str:
        """Where the run was to put it."""
        ...

    @property
    def error(self) -> tuple[str, str]:
        """(code, words) of why the run ended."""
        ...


class Unfinished(Protocol):
    """Reads what runs have left behind."""

    async def left(self) -> Sequence[LeftDocument]:
        """Return documents whose run has ended without them: cancelled, out of time, given up."""
        ...

    async def lost(self) -> Sequence[tuple[KnowledgeBase, str]]:
        """Return (base, run) of documents whose run was never submitted."""
        ...


@dataclass(frozen=True)
class SweepKnowledge(Command[int], needs="system", scope="none", unaudited="a look that people did not ask for"):
    """End documents whose run has ended, submit runs that got lost. Returns how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepKnowledgeHandler:
    """Handles SweepKnowledge."""

    unfinished: Unfinished
    store: VectorStore
    ingesting: Ingesting

    async def __call__(self, message: SweepKnowledge, caller: Caller) -> int:
        """Return how many documents and runs there were."""
        left = await self.unfinished.left()
        for one in left:
            collection = await self.store.collection(one.collection_id)
            if collection is not None:
                await self.store.fail(collection, one.document_id, one.execution_id, one.error)
        lost = await self.unfinished.lost()
        for base, execution_id in lost:
            await self.ingesting.start(base, execution_id, "Index documents that were left waiting")
        return len(left) + len(lost)
