"""Where files are kept: bytes in an object store, facts in a table; and what looks into their bytes."""

from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from dynagent.core.files.entity import FileNotFound, StoredFile
from dynagent.core.files.uploads import Upload, UploadNotFound
from dynagent.core.shared.errors import DynagentError, ErrorKind, NotFound, Unavailable
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.shared.repository import BaseRepository
from dynagent.core.shared.uses import MOST, Use

Subject = Literal["agent", "workflow"]
"""What a file can be attached to."""
TypeOf = Callable[[bytes, str], str]
"""The port: the media type of a content by its first HEAD_BYTES; `application/octet-stream` for an unknown one.

The file's name only chooses among kinds of plain text, once the bytes have shown that it is text.
"""


class SubjectNotFound(NotFound):
    """No agent, or no workflow, under this id that the caller may see: nothing that files could be attached to."""

    code = "file_subject_not_found"


class ObjectsAway(Unavailable):
    """The object store cannot be reached, refuses our credentials, or is full; nothing was changed."""

    code = "object_store_unavailable"


class ContentMissing(DynagentError):
    """The facts of a file are there, its bytes are not: somebody took them from the object store."""

    kind = ErrorKind.UPSTREAM_FAILED
    code = "file_content_missing"


class Infected(DynagentError):
    """The virus scanner found something; the file was not kept. `extra` has `signature`."""

    kind = ErrorKind.INVALID
    code = "file_infected"


class ScannerAway(Unavailable):
    """The virus scanner does not answer; without its word nothing is kept."""

    code = "virus_scanner_unavailable"


class TextUnreadable(DynagentError):
    """No text can be read from a file: its type has none that we can read, or it is broken or encrypted."""

    kind = ErrorKind.INVALID
    code = "file_text_unreadable"


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object of the store: its key, bytes, and when it was written."""

    key: str
    size: int
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class FileUsage:
    """What a user's files take: how many, and their bytes; what uploads that are begun will take is counted in."""

    files: int
    bytes: int


class Objects(Protocol):
    """The object store. An object is there as a whole or not at all. All methods raise ObjectsAway."""

    async def put(self, key: str, content: AsyncIterable[bytes]) -> int:
        """Store a stream, in bounded memory, and return its bytes; when the stream raises, nothing is stored."""
        ...

    def get(self, key: str, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """Stream an object, or `length` bytes of it from `start` on. Raises ContentMissing before the first byte."""
        ...

    async def delete(self, keys: Sequence[str]) -> None:
        """Remove objects; one that is not there is no error."""
        ...

    def list(self, prefix: str) -> AsyncIterator[Sequence[StoredObject]]:
        """Give the objects whose keys begin with `prefix` (a folder, ends with `/`), some hundred at a time, by key."""
        ...

    async def sweep_unfinished(self, *, before: datetime) -> int:
        """Remove what interrupted `put`s left before a moment, where the store shows it; return how many."""
        ...


@dataclass(frozen=True, slots=True)
class FileFilter:
    """Which files are wanted: part of the name, a content type or its beginning (`image/`)."""

    name: str | None = None
    content_type: str | None = None


class Files(BaseRepository[StoredFile]):
    """The owner's files, their facts."""

    noun = "file"
    not_found = FileNotFound

    async def find(self, wanted: FileFilter, page: PageRequest) -> Page[StoredFile]:
        """Return a page of files that match, newest first."""
        raise NotImplementedError

    async def of_hash(self, content_hash: str) -> StoredFile | None:
        """Return the owner's file with this content, or None."""
        raise NotImplementedError

    async def all_existing(self, ids: Sequence[str]) -> list[StoredFile]:
        """Return the files in the order of the ids. Raises FileNotFound for the first that is not the owner's."""
        raise NotImplementedError

    async def usage(self, *, lock: bool = False) -> FileUsage:
        """Return what the owner's files and begun uploads take; `lock` keeps it true until the transaction ends."""
        raise NotImplementedError


class Uploads(BaseRepository[Upload]):
    """The owner's uploads that are not finished."""

    noun = "upload"
    not_found = UploadNotFound

    async def count(self) -> int:
        """Return how many are begun."""
        raise NotImplementedError

    async def page_of_all(self, page: PageRequest) -> Page[Upload]:
        """Return a page of them, newest first."""
        raise NotImplementedError


class FileAttachments(Protocol):
    """Which of the owner's files belong to which of their agents and workflows."""

    async def check(self, subject: Subject, subject_id: str) -> None:
        """Refuse an agent or a workflow that is not the owner's. Raises SubjectNotFound."""
        ...

    async def attach(self, subject: Subject, subject_id: str, file_id: str, *, at: datetime) -> bool:
        """Attach a file; return whether it was not attached already."""
        ...

    async def detach(self, subject: Subject, subject_id: str, file_id: str) -> bool:
        """Detach a file; return whether it was attached."""
        ...

    async def files_of(self, subject: Subject, subject_id: str, page: PageRequest) -> Page[StoredFile]:
        """Return a page of the files attached to something, newest first."""
        ...

    async def count(self, subject: Subject, subject_id: str) -> int:
        """Return how many files are attached to something."""
        ...

    async def uses_of(self, file_id: str, *, most: int = MOST) -> list[Use]:
        """Return what a file is attached to."""
        ...


class ObjectsInUse(Protocol):
    """Everybody's objects as the tables know them, for whoever sweeps."""

    def alone(self) -> AbstractAsyncContextManager[bool]:
        """Hold the right to sweep; gives False when another process has it."""
        ...

    async def unknown(self, keys: Sequence[str]) -> list[str]:
        """Return the keys that no file and no upload has."""
        ...

    async def drop_idle_uploads(self, *, before: datetime, most: int) -> int:
        """Forget uploads that nobody went on with since a moment; their parts are unknown then. Return how many."""
        ...


class VirusScan(Protocol):
    """Looks for malware. `enabled` says whether one is set up at all."""

    @property
    def enabled(self) -> bool:
        """Whether files are scanned here."""
        ...

    async def check(self, content: AsyncIterable[bytes]) -> None:
        """Pass a clean content. Raises Infected, and ScannerAway when there is no word of the scanner's."""
        ...


class FileTexts(Protocol):
    """Reads the text out of a stored file."""

    async def read(self, file: StoredFile, *, max_chars: int) -> str:
        """Return its text, at most so many characters. Raises TextUnreadable, ContentMissing, ObjectsAway."""
        ...
