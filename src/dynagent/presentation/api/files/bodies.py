"""Bodies of files and uploads."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from dynagent.application.commands.files import Progress, Uploaded
from dynagent.application.queries.files import FileView, Usage
from dynagent.core.files import FileLimits, StoredFile, Upload
from dynagent.core.shared.paging import Page
from dynagent.presentation.api.shared.paging import Envelope, page_fields
from dynagent.presentation.api.shared.router import CURRENT

MAX_SIZE = 2**50


class FileUseOut(BaseModel):
    """An agent or a workflow that a file is attached to."""

    kind: Literal["agent", "schedule", "model", "workflow"]
    id: str | None
    name: str
    field: str


class FileOut(BaseModel):
    """A file. `content_type` is what its first bytes say it is, whatever it is called."""

    id: str
    file_id: str
    name: str
    content_type: str
    size: int = Field(description="Bytes.")
    content_hash: str = Field(description="SHA-256 in hex; one of your files has it, however often you upload it.")
    content_url: str
    scanned_at: datetime | None = Field(description="When a virus scanner passed it; null where none is set up.")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def fields_of(cls, file: StoredFile) -> dict[str, Any]:
        """Return the fields of a file."""
        shown = file.model_dump(exclude={"user_id", "object_key"})
        return {**shown, "file_id": file.id, "content_url": f"{CURRENT}/files/{file.id}/content"}

    @classmethod
    def of(cls, file: StoredFile) -> "FileOut":
        """Return the answer for a file."""
        return cls.model_construct(**cls.fields_of(file))


class FileDetailsOut(FileOut):
    """A file, and what it is attached to."""

    used_by: list[FileUseOut]

    @classmethod
    def of_view(cls, view: FileView) -> "FileDetailsOut":
        """Return the answer for a view."""
        used_by = [FileUseOut(**use.model_dump()) for use in view.used_by]
        return cls.model_construct(**cls.fields_of(view.file), used_by=used_by)


class UploadedFileOut(FileOut):
    """An uploaded file; `repeated` when you had the same content already, and this is that file."""

    repeated: bool

    @classmethod
    def of_uploaded(cls, uploaded: Uploaded) -> "UploadedFileOut":
        """Return the answer for what was kept."""
        return cls.model_construct(**cls.fields_of(uploaded.file), repeated=uploaded.repeated)


class FileList(Envelope):
    """A page of files, newest first."""

    files: list[FileOut]

    @classmethod
    def of(cls, page: Page[StoredFile]) -> "FileList":
        """Return the answer for a page."""
        return cls(files=[FileOut.of(item) for item in page.items], **page_fields(page))


class FileUsageOut(BaseModel):
    """What your files and begun uploads take, and what they may."""

    files: int
    bytes: int
    max_files: int
    max_bytes: int
    max_file_bytes: int
    max_uploads: int
    part_bytes: int = Field(description="Bytes of the parts in which an upload is stored: a good size of a `PATCH`.")
    allowed_types: list[str]

    @classmethod
    def of(cls, usage: Usage) -> "FileUsageOut":
        """Return the answer."""
        limits: FileLimits = usage.limits
        return cls(
            files=usage.used.files,
            bytes=usage.used.bytes,
            max_files=limits.max_user_files,
            max_bytes=limits.max_user_bytes,
            max_file_bytes=limits.max_file_bytes,
            max_uploads=limits.max_user_uploads,
            part_bytes=limits.part_bytes,
            allowed_types=list(limits.allowed_types),
        )


class UploadBody(BaseModel):
    """An upload to begin."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=1000, examples=["report.pdf"])
    size: int = Field(ge=1, le=MAX_SIZE, strict=True, description="Bytes of the whole file.")
    content_hash: str | None = Field(
        default=None, pattern=r"^[0-9a-f]{64}$", description="SHA-256 that the file must have, in hex."
    )


class UploadOut(BaseModel):
    """An upload; it goes on at `offset`. `file` is there once it is whole."""

    id: str
    upload_id: str
    name: str
    size: int
    offset: int
    created_at: datetime
    updated_at: datetime
    file: UploadedFileOut | None = None

    @classmethod
    def of(cls, upload: Upload) -> "UploadOut":
        """Return the answer for an upload."""
        shown = upload.model_dump(include={"id", "name", "size", "created_at", "updated_at"})
        return cls(**shown, upload_id=upload.id, offset=upload.offset)

    @classmethod
    def of_progress(cls, progress: Progress) -> "UploadOut":
        """Return the answer for how far it is."""
        uploaded = progress.uploaded
        file = None if uploaded is None else UploadedFileOut.of_uploaded(uploaded)
        return cls.of(progress.upload).model_copy(update={"file": file})


class UploadList(Envelope):
    """A page of begun uploads, newest first."""

    uploads: list[UploadOut]

    @classmethod
    def of(cls, page: Page[Upload]) -> "UploadList":
        """Return the answer for a page."""
        return cls(uploads=[UploadOut.of(item) for item in page.items], **page_fields(page))


class AttachBody(BaseModel):
    """The file to attach."""

    model_config = ConfigDict(extra="forbid")

    file_id: str = Field(min_length=1, max_length=100)
