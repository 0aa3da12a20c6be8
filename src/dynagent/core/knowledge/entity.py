"""The knowledge base: whose it is, how its documents are cut and embedded, and how far that has come."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.knowledge.documents import SourceType
from dynagent.core.shared.clock import later
from dynagent.core.shared.errors import Conflict, InvalidInput, StaleVersion, Violation

KnowledgeBaseStatus = Literal["pending", "indexing", "ready", "error"]
BUILT_IN = "builtin/all-MiniLM-L6-v2"
"""The embedding model that comes with the product: English, 384 dimensions, no key."""
NO_EMBEDDING = "none"
"""Search by words only: nothing is embedded."""
CHUNK_CHARS = 1000
CHUNK_OVERLAP = 100
LANGUAGES = (
    "simple",
    "arabic",
    "armenian",
    "basque",
    "catalan",
    "danish",
    "dutch",
    "english",
    "estonian",
    "finnish",
    "french",
    "german",
    "greek",
    "hindi",
    "hungarian",
    "indonesian",
    "irish",
    "italian",
    "lithuanian",
    "nepali",
    "norwegian",
    "portuguese",
    "romanian",
    "russian",
    "serbian",
    "spanish",
    "swedish",
    "tamil",
    "turkish",
    "yiddish",
)
"""The text configurations that PostgreSQL brings; `simple` for all other languages, Chinese and Japanese included."""
REINDEXED = frozenset({"embedding_model", "language", "chunk_size", "chunk_overlap"})
"""Settings whose change counts for documents that are indexed anew only."""


class KnowledgeBaseChangedMeanwhile(StaleVersion):
    """Somebody else changed the knowledge base since it was read; read it again."""

    code = "knowledge_base_changed_meanwhile"


class TooManyKnowledgeBases(Conflict):
    """The caller has as many knowledge bases as they may; `extra` has `limit`."""

    code = "too_many_knowledge_bases"


class KnowledgeUpdating(Conflict):
    """The knowledge base is being indexed anew; wait until that has ended, or cancel its run."""

    code = "knowledge_base_updating"


class Weights(BaseModel):
    """How much nearness of meaning and common words count where both are searched."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vector: float = Field(default=1.0, ge=0, le=10)
    words: float = Field(default=1.0, ge=0, le=10)


class KnowledgeBase(BaseModel):
    """Documents that are searched together.

    `collection_id` is where its chunks are that are searched, `building_id` the collection that is being built to take
    its place, None while there is none. The settings are those of the next indexing; a collection has its own.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    user_id: str
    name: str = Field(min_length=1, max_length=255)
    description: str = Field(default="", max_length=4000)
    source_type: SourceType = "upload"
    status: KnowledgeBaseStatus = "pending"
    vector_db_collection_name: str
    collection_id: str
    building_id: str | None = None
    embedding_model: str = Field(default=BUILT_IN, min_length=1, max_length=200)
    language: str = "english"
    chunk_size: int = Field(default=CHUNK_CHARS, ge=100, le=8000)
    chunk_overlap: int = Field(default=CHUNK_OVERLAP, ge=0, le=4000)
    weights: Weights = Field(default_factory=Weights)
    created_at: datetime
    updated_at: datetime

    @classmethod
    def make(cls, *, now: datetime, collection_id: str, **fields: Any) -> Self:
        """Return a new, empty base. Raises InvalidInput for settings that do not fit together."""
        made = cls(
            created_at=now,
            updated_at=now,
            collection_id=collection_id,
            vector_db_collection_name=collection_name(collection_id),
            **fields,
        )
        made.check()
        return made

    def check(self) -> None:
        """Refuse an overlap that is half a chunk or more, and a language without a text configuration."""
        found: list[Violation] = []
        if self.chunk_overlap * 2 > self.chunk_size:
            words = f"at most half of chunk_size: {self.chunk_size // 2}"
            found.append(Violation("/chunk_overlap", "less_than_equal", words))
        if self.language not in LANGUAGES:
            found.append(Violation("/language", "enum", f"one of {', '.join(LANGUAGES)}"))
        if found:
            raise InvalidInput("the settings of the knowledge base do not fit", violations=found)

    def changed(self, changes: dict[str, Any], *, now: datetime) -> "KnowledgeBase":
        """Return it with other fields. Raises InvalidInput."""
        merged = self.model_validate({**dict(self), **changes, "updated_at": later(now, self.updated_at)})
        merged.check()
        return merged

    def rebuilding(self, building_id: str, *, now: datetime) -> "KnowledgeBase":
        """Return it with a collection that is built beside the one that is searched. Raises KnowledgeUpdating."""
        if self.building_id is not None and self.status == "indexing":
            raise KnowledgeUpdating(f"knowledge base {self.id} is being indexed anew already")
        update = {"building_id": building_id, "status": "indexing", "updated_at": later(now, self.updated_at)}
        return self.model_copy(update=update)

    @property
    def target_id(self) -> str:
        """Where documents that arrive now are indexed."""
        return self.building_id or self.collection_id


def collection_name(collection_id: str) -> str:
    """Return the name of a collection, unique in the installation."""
    return f"kb_{collection_id.replace('-', '')}"
