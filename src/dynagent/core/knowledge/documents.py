"""Documents of a knowledge base: where they come from, how far they are, why one could not be taken in."""

import hashlib
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.shared.clock import later
from dynagent.core.shared.errors import Conflict, DynagentError, ErrorKind, NotFound, StaleVersion

SourceType = Literal["upload", "web_url", "direct_text"]
DocumentStatus = Literal["pending_processing", "processing", "processed", "error_processing"]


class DocumentNotFound(NotFound):
    """The knowledge base has no document under this id."""

    code = "document_not_found"


class DocumentChangedMeanwhile(StaleVersion):
    """Somebody else changed the document since it was read; read it again."""

    code = "document_changed_meanwhile"


class DocumentTaken(Conflict):
    """The knowledge base has a document with this content already."""

    code = "document_already_there"


class TooManyDocuments(Conflict):
    """The knowledge base has as many documents as it may; `extra` has `limit`."""

    code = "too_many_documents"


class DocumentUnreadable(DynagentError):
    """No text can be taken from the document; `code` and text say why: encrypted, broken, empty, too large …"""

    kind = ErrorKind.INVALID
    code = "document_unreadable"


class Document(BaseModel):
    """One document. The content is an object of the store under `storage_path_or_url`, a page's under its own key.

    `execution_id` is the run that takes it in; only that run may change its state. `error_code` and `error` say why
    it failed. `page_count` is None for documents without pages. `final_url` is where a web page was found.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    user_id: str
    kb_id: str
    source_type: SourceType
    original_file_name: str | None = Field(default=None, max_length=255)
    storage_path_or_url: str | None = None
    url: str | None = Field(default=None, max_length=2000)
    media_type: str = ""
    size_bytes: int = 0
    content_hash: str | None = None
    status: DocumentStatus = "pending_processing"
    error_code: str | None = None
    error: str | None = None
    num_chunks: int = 0
    page_count: int | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
    execution_id: str | None = None
    processed_at: datetime | None = None
    created_at: datetime
    updated_at: datetime

    @property
    def title(self) -> str:
        """What people and citations call it."""
        return self.original_file_name or self.url or f"text of {self.created_at:%Y-%m-%d}"

    def queued(self, execution_id: str, *, now: datetime) -> "Document":
        """Return it as it waits for a run to take it in, anew or once more."""
        return self.model_copy(
            update={
                "status": "pending_processing",
                "error_code": None,
                "error": None,
                "execution_id": execution_id,
                "updated_at": later(now, self.updated_at),
            }
        )


def content_hash_of(content: bytes) -> str:
    """Return the SHA-256 of a content in hex."""
    return hashlib.sha256(content).hexdigest()


def object_key_of(kb_id: str, document_id: str) -> str:
    """Return where the content of a document is: never made from a name that somebody chose."""
    return f"knowledge/{kb_id}/{document_id}"
