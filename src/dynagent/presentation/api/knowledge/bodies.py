"""Knowledge as JSON: what is sent to us, what we answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from dynagent.application.queries.knowledge import USER_DOCUMENTS, BaseView
from dynagent.core.knowledge import (
    BUILT_IN,
    LANGUAGES,
    MAX_TOP_K,
    NO_EMBEDDING,
    Answer,
    Asked,
    ChunkFilter,
    Found,
    KnowledgeBaseStatus,
    Share,
    SourceType,
    Weights,
    citation_of,
    context_of,
)
from dynagent.core.shared.paging import Page
from dynagent.presentation.api.shared.paging import Envelope, page_fields

Name = Annotated[str, Field(min_length=1, max_length=255, pattern=r"\S", examples=["Handbook"])]
EmbeddingModel = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        description=f"`{BUILT_IN}`, a model that you keep (name or id), or `{NO_EMBEDDING}`: words only.",
    ),
]
Language = Annotated[str, Field(max_length=30, json_schema_extra={"enum": list(LANGUAGES)})]
ChunkSize = Annotated[int, Field(ge=100, le=8000, strict=True, description="Characters of a chunk at most.")]
ChunkOverlap = Annotated[int, Field(ge=0, le=4000, strict=True, description="Characters that two chunks share.")]
Query_ = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"\S", examples=["How long is the warranty?"])]
Scalar = str | int | float | bool
Metadata = Annotated[dict[str, Scalar], Field(max_length=20, description="Values that a document's metadata has.")]


class KnowledgeBaseBody(BaseModel):
    """A new knowledge base; only `name` is required."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    description: str = Field(default="", max_length=4000)
    source_type: SourceType = "upload"
    embedding_model: EmbeddingModel | None = Field(
        default=None, description="Null: the built-in model where it is installed, else words only."
    )
    language: Language = "english"
    chunk_size: ChunkSize = 1000
    chunk_overlap: ChunkOverlap = 100
    weights: Weights = Weights()


class KnowledgeBaseChanges(BaseModel):
    """The fields to change; the others stay. Documents follow with `reindex`."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    description: Annotated[str, Field(max_length=4000)] | None = None
    embedding_model: EmbeddingModel | None = None
    language: Language | None = None
    chunk_size: ChunkSize | None = None
    chunk_overlap: ChunkOverlap | None = None
    weights: Weights | None = None

    def changes(self) -> dict[str, Any]:
        """Return what was sent, but for nulls."""
        return {name: getattr(self, name) for name in self.model_fields_set if getattr(self, name) is not None}


class ShareBody(BaseModel):
    """Who else may read a base: a `user` by id, or everybody with a `role` by name."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["user", "role"]
    grantee: str = Field(min_length=1, max_length=100)


class SharesBody(BaseModel):
    """All who may read a base besides its owner."""

    model_config = ConfigDict(extra="forbid")

    shares: list[ShareBody] = Field(max_length=100)

    def all(self) -> list[Share]:
        """Return them as the domain has them."""
        return [Share(item.kind, item.grantee) for item in self.shares]


class ShareOut(BaseModel):
    """Somebody who may read a base."""

    kind: Literal["user", "role"]
    grantee: str


class SharesOut(BaseModel):
    """All who may read a base besides its owner."""

    shares: list[ShareOut]

    @classmethod
    def of(cls, shares: Sequence[Share]) -> Self:
        """Return the answer."""
        return cls(shares=[ShareOut(kind=one.kind, grantee=one.grantee) for one in shares])


class KnowledgeBaseDetails(BaseModel):
    """A knowledge base. Times are ISO 8601 in UTC."""

    kb_id: str
    user_id: str
    name: str
    description: str
    source_type: SourceType
    status: KnowledgeBaseStatus
    vector_db_collection_name: str
    embedding_model: str
    language: str
    chunk_size: int
    chunk_overlap: int
    weights: Weights
    is_reindexing: bool = Field(description="A new index is being built beside the one that is searched.")
    documents: int
    chunks: int
    is_own: bool = Field(description="False: it is another person's, shared with you to read.")
    shares: list[ShareOut]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, view: BaseView) -> Self:
        """Return the answer for a base."""
        base = view.base
        fields = {name: getattr(base, name) for name in cls.model_fields if hasattr(base, name)}
        return cls.model_construct(
            **fields,
            kb_id=base.id,
            is_reindexing=base.building_id is not None,
            documents=view.documents,
            chunks=view.chunks,
            is_own=view.is_own,
            shares=[ShareOut(kind=one.kind, grantee=one.grantee) for one in view.shares],
        )


class KnowledgeBaseList(Envelope):
    """A page of knowledge bases, newest first."""

    knowledge_bases: list[KnowledgeBaseDetails]

    @classmethod
    def of(cls, page: Page[BaseView]) -> Self:
        """Return the answer for a page."""
        return cls(knowledge_bases=[KnowledgeBaseDetails.of(view) for view in page.items], **page_fields(page))


class QueryBody(BaseModel):
    """A question to knowledge bases."""

    model_config = ConfigDict(extra="forbid")

    kb_ids: list[UUID] = Field(min_length=1, max_length=64)
    query: Query_
    top_k: int = Field(default=3, ge=1, le=MAX_TOP_K, strict=True)
    similarity_threshold: float | None = Field(default=None, ge=-1, le=1)
    document_ids: list[UUID] = Field(default_factory=list[UUID], max_length=1000)
    metadata: Metadata = Field(default_factory=dict)

    def asked(self) -> Asked:
        """Return the question as the domain has it."""
        return Asked(
            kb_ids=[str(id) for id in self.kb_ids],
            query=self.query,
            top_k=self.top_k,
            similarity_threshold=self.similarity_threshold,
            within=ChunkFilter([str(id) for id in self.document_ids], dict(self.metadata)),
        )


class FoundOut(BaseModel):
    """A chunk that was found. `number` is how `context` cites it; `similarity` null where nothing is embedded."""

    number: int
    chunk_id: int
    kb_id: str
    document_id: str
    document: str
    url: str | None
    page: int | None
    ordinal: int
    start: int
    text: str
    score: float
    similarity: float | None
    citation: str
    metadata: dict[str, Any]

    @classmethod
    def of(cls, number: int, found: Found) -> Self:
        """Return the answer for a chunk."""
        fields = {name: getattr(found, name) for name in cls.model_fields if hasattr(found, name)}
        return cls.model_construct(**fields, number=number, citation=citation_of(found))


class AnswerOut(BaseModel):
    """What was found, best first, and all of it as one text for a model. `cut`: found, but below the threshold."""

    context: str
    chunks: list[FoundOut]
    cut: int
    duration_ms: float

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """Return the answer for a search."""
        return cls(
            context=context_of(answer.found),
            chunks=[FoundOut.of(number, item) for number, item in enumerate(answer.found, 1)],
            cut=answer.cut,
            duration_ms=answer.duration_ms,
        )


class FileSearchBody(BaseModel):
    """A question to files that knowledge bases hold."""

    model_config = ConfigDict(extra="forbid")

    query: Query_
    max_num_results: int = Field(default=5, ge=1, le=50, strict=True)
    vector_store_ids: list[Annotated[str, Field(min_length=1, max_length=100)]] = Field(
        default=[USER_DOCUMENTS],
        min_length=1,
        max_length=64,
        description=f"Ids or collection names of knowledge bases; `{USER_DOCUMENTS}`: all that you may read.",
    )
    similarity_threshold: float | None = Field(default=None, ge=-1, le=1, examples=[0.75])
    file_ids: list[UUID] = Field(default_factory=list[UUID], max_length=100)
    metadata: Metadata = Field(default_factory=dict)
