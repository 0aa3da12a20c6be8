"""Documents of knowledge bases as JSON."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.knowledge import Document, DocumentStatus, SourceType, StoredChunk
from dynagent.core.shared.paging import Page
from dynagent.presentation.api.shared.paging import Envelope, page_fields


class DocumentOut(BaseModel):
    """A document. `error_code` and `error` say why it could not be taken in."""

    document_id: str
    kb_id: str
    source_type: SourceType
    original_file_name: str | None
    storage_path_or_url: str | None
    url: str | None
    title: str
    media_type: str
    size_bytes: int
    content_hash: str | None
    status: DocumentStatus
    error_code: str | None
    error: str | None
    num_chunks: int
    page_count: int | None
    metadata: dict[str, Any]
    execution_id: str | None = Field(description="The run that takes it in; its trace is that of any run.")
    processed_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, document: Document) -> Self:
        """Return the answer for a document."""
        fields = {name: getattr(document, name) for name in cls.model_fields if hasattr(document, name)}
        return cls.model_construct(**fields, document_id=document.id)


class DocumentList(Envelope):
    """A page of documents, newest first."""

    documents: list[DocumentOut]

    @classmethod
    def of(cls, page: Page[Document]) -> Self:
        """Return the answer for a page."""
        return cls(documents=[DocumentOut.of(item) for item in page.items], **page_fields(page))


class DocumentAdded(DocumentOut):
    """A document that waits to be taken in. `repeated`: the base had it already, and this is it."""

    repeated: bool

    @classmethod
    def of_added(cls, document: Document, *, repeated: bool) -> Self:
        """Return the answer for an added document."""
        return cls.model_construct(**dict(DocumentOut.of(document)), repeated=repeated)


class SourceBody(BaseModel):
    """A document that is not sent along: a web page, or one of your files."""

    model_config = ConfigDict(extra="forbid")

    url: str | None = Field(default=None, min_length=8, max_length=2000, examples=["https://example.org/handbook"])
    file_id: UUID | None = None
    max_pages: int = Field(default=1, ge=1, le=1000, strict=True, description="Pages of a crawl, this one included.")
    max_depth: int = Field(default=0, ge=0, le=10, strict=True, description="How many links deep a crawl goes.")


class TextContentBody(BaseModel):
    """A text to take in."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=5_000_000, pattern=r"\S")
    name: Annotated[str, Field(min_length=1, max_length=255)] | None = None


class RetryBody(BaseModel):
    """Which failed documents to take in once more; null: all."""

    model_config = ConfigDict(extra="forbid")

    document_ids: Annotated[list[UUID], Field(max_length=1000)] | None = None


class RetriedOut(BaseModel):
    """How many documents are taken in once more."""

    documents: int


class ChunkOut(BaseModel):
    """A chunk of a document, and where it is: page from 1, first character from 0 on that page."""

    chunk_id: int
    ordinal: int
    page: int | None
    start: int
    text: str
    is_embedded: bool


class ChunkList(Envelope):
    """A page of a document's chunks, in their order."""

    chunks: list[ChunkOut]

    @classmethod
    def of(cls, page: Page[StoredChunk]) -> Self:
        """Return the answer for a page."""
        items = [
            ChunkOut(
                chunk_id=item.id,
                ordinal=item.ordinal,
                page=item.page,
                start=item.start,
                text=item.text,
                is_embedded=item.is_embedded,
            )
            for item in page.items
        ]
        return cls(chunks=items, **page_fields(page))
