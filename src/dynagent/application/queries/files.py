"""Questions about files."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from dynagent.application.shared.asking import Ask
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.files import (
    ContentMissing,
    FileAttachments,
    FileFilter,
    FileLimits,
    FileNotFound,
    Files,
    FileUsage,
    Objects,
    ObjectsAway,
    StoredFile,
    Subject,
    SubjectNotFound,
    Upload,
    Uploads,
)
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.shared.uses import Use


@dataclass(frozen=True)
class ListFiles(Query[Page[StoredFile]], needs="files:read"):
    """A page of the caller's files, newest first."""

    wanted: FileFilter = field(default_factory=FileFilter)
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True)
class FileView:
    """A file and what it is attached to."""

    file: StoredFile
    used_by: list[Use]


@dataclass(frozen=True)
class GetFile(Query[FileView], needs="files:read", raises=(FileNotFound,)):
    """A file's facts. Raises FileNotFound."""

    file_id: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What the caller's files take, and what they may."""

    used: FileUsage
    limits: FileLimits


@dataclass(frozen=True)
class GetFileUsage(Query[Usage], needs="files:read"):
    """How many bytes and files the caller has, and may have."""


@dataclass(frozen=True)
class OpenContent(
    Query[AsyncIterator[bytes]], needs="files:read", scope="none", raises=(FileNotFound, ContentMissing, ObjectsAway)
):
    """A file's bytes, or `length` of them from `start` on, the first of them read already.

    Raises FileNotFound, ContentMissing, ObjectsAway.
    """

    file_id: str
    start: int = 0
    length: int | None = None


@dataclass(frozen=True)
class ListAttachedFiles(Query[Page[StoredFile]], needs="files:read", raises=(SubjectNotFound,)):
    """A page of the files attached to an agent or workflow, newest first. Raises SubjectNotFound."""

    subject: Subject
    subject_id: str
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True)
class ListUploads(Query[Page[Upload]], needs="files:read"):
    """A page of the caller's begun uploads, newest first."""

    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True)
class ListFilesHandler:
    """Handles ListFiles."""

    files: Files

    async def __call__(self, message: ListFiles, caller: Caller) -> Page[StoredFile]:
        """Return the page."""
        return await self.files.find(message.wanted, message.page)


@dataclass(frozen=True, slots=True)
class GetFileHandler:
    """Handles GetFile."""

    files: Files
    attachments: FileAttachments

    async def __call__(self, message: GetFile, caller: Caller) -> FileView:
        """Return the facts."""
        file = await self.files.existing(message.file_id)
        return FileView(file, await self.attachments.uses_of(file.id))


@dataclass(frozen=True, slots=True)
class GetFileUsageHandler:
    """Handles GetFileUsage."""

    files: Files
    limits: FileLimits

    async def __call__(self, message: GetFileUsage, caller: Caller) -> Usage:
        """Return both."""
        return Usage(await self.files.usage(), self.limits)


@dataclass(frozen=True, slots=True)
class OpenContentHandler:
    """Handles OpenContent: reads the first bytes, so that what is missing is told before an answer begins."""

    ask: Ask
    objects: Objects

    async def __call__(self, message: OpenContent, caller: Caller) -> AsyncIterator[bytes]:
        """Return the stream."""
        file = (await self.ask(GetFile(message.file_id), caller)).file
        chunks = self.objects.get(file.object_key, start=message.start, length=message.length)
        first = await anext(chunks, b"")
        return _after(first, chunks)


async def _after(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


@dataclass(frozen=True, slots=True)
class ListAttachedFilesHandler:
    """Handles ListAttachedFiles."""

    attachments: FileAttachments

    async def __call__(self, message: ListAttachedFiles, caller: Caller) -> Page[StoredFile]:
        """Return the page."""
        await self.attachments.check(message.subject, message.subject_id)
        return await self.attachments.files_of(message.subject, message.subject_id, message.page)


@dataclass(frozen=True, slots=True)
class ListUploadsHandler:
    """Handles ListUploads."""

    uploads: Uploads

    async def __call__(self, message: ListUploads, caller: Caller) -> Page[Upload]:
        """Return the page."""
        return await self.uploads.page_of_all(message.page)
