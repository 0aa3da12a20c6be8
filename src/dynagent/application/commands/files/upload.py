"""Uploading a file in one request."""

from collections.abc import AsyncIterable
from dataclasses import dataclass

from dynagent.application.commands.files.storing import Storing
from dynagent.application.shared.asking import Ask
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command, Query
from dynagent.core.files import (
    ContentMissing,
    FileLimits,
    Files,
    FileTooLarge,
    Infected,
    ObjectsAway,
    QuotaExceeded,
    ScannerAway,
    StoredFile,
    TooManyFiles,
    TypeNotAllowed,
    UploadNotFound,
    Uploads,
)
from dynagent.core.shared.errors import InvalidInput
from dynagent.core.shared.unit_of_work import UnitOfWork

REFUSALS = (
    FileTooLarge,
    QuotaExceeded,
    TooManyFiles,
    TypeNotAllowed,
    Infected,
    ScannerAway,
    ObjectsAway,
    ContentMissing,
    InvalidInput,
)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file; `repeated` when its owner had the same content already."""

    file: StoredFile
    repeated: bool = False


@dataclass(frozen=True)
class UploadFile(
    Command[Uploaded],
    needs="files:write",
    scope="none",
    raises=REFUSALS,
    unaudited="the line is of the file that is kept (KeepFile)",
):
    """Store a content as the caller's file; a content that they have already is that file.

    `size` is what the client says that it is, None where it does not. Raises FileTooLarge, QuotaExceeded, TooManyFiles,
    TypeNotAllowed, Infected, ScannerAway, ObjectsAway, InvalidInput.
    """

    name: str
    content: AsyncIterable[bytes]
    size: int | None = None


@dataclass(frozen=True)
class CheckRoom(Query[int], needs="files:write", raises=(FileTooLarge, QuotaExceeded, TooManyFiles)):
    """How many bytes the caller's next file may have. Raises FileTooLarge, QuotaExceeded, TooManyFiles."""

    size: int | None = None


@dataclass(frozen=True)
class KeepFile(Command[Uploaded], needs="files:write", raises=(QuotaExceeded, TooManyFiles, UploadNotFound)):
    """Take a stored content among the caller's files, and end the upload that it came by.

    Raises QuotaExceeded, TooManyFiles, UploadNotFound.
    """

    file: StoredFile
    upload_id: str | None = None


@dataclass(frozen=True, slots=True)
class UploadFileHandler:
    """Handles UploadFile: no database session is held while bytes arrive."""

    ask: Ask
    storing: Storing

    async def __call__(self, message: UploadFile, caller: Caller) -> Uploaded:
        """Return the file."""
        room = await self.ask(CheckRoom(message.size), caller)
        file = await self.storing.stored(message.name, message.content, owner=caller.user_id, most=room)
        return await registered(file, self.ask, self.storing, caller)


async def registered(
    file: StoredFile, ask: Ask, storing: Storing, caller: Caller, *, upload_id: str | None = None
) -> Uploaded:
    """Have a stored content known, or its bytes removed."""
    try:
        uploaded = await ask(KeepFile(file, upload_id), caller)
    except BaseException:
        await storing.forget(file.object_key)
        raise
    if uploaded.repeated:
        await storing.forget(file.object_key)
    return uploaded


@dataclass(frozen=True, slots=True)
class CheckRoomHandler:
    """Handles CheckRoom."""

    files: Files
    limits: FileLimits

    async def __call__(self, message: CheckRoom, caller: Caller) -> int:
        """Return the bytes."""
        usage = await self.files.usage()
        if message.size is not None:
            self.limits.check(message.size, usage)
        return self.limits.room(usage)


@dataclass(frozen=True, slots=True)
class KeepFileHandler:
    """Handles KeepFile."""

    files: Files
    uploads: Uploads
    limits: FileLimits
    uow: UnitOfWork

    async def __call__(self, message: KeepFile, caller: Caller) -> Uploaded:
        """Return the file, or the one that has this content already."""
        file = message.file
        # Two uploads at once must not both find room for the last bytes, nor the same content twice.
        usage = await self.files.usage(lock=True)
        if message.upload_id is not None:
            await self.uploads.existing(message.upload_id)
            await self.uploads.delete(message.upload_id)
        earlier = await self.files.of_hash(file.content_hash)
        if earlier is None:
            if message.upload_id is None:
                self.limits.check(file.size, usage)
            await self.files.create(file)
        await self.uow.commit()
        return Uploaded(file) if earlier is None else Uploaded(earlier, repeated=True)
