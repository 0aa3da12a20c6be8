"""Uploads in parts, which go on after whatever broke them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import suppress
from dataclasses import dataclass

from dynagent.application.commands.files.storing import Storing
from dynagent.application.commands.files.upload import REFUSALS, Uploaded, registered
from dynagent.application.shared.asking import Ask
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command, Query
from dynagent.core.files import (
    FileLimits,
    Files,
    FileTooLarge,
    Infected,
    NotAsDeclared,
    OffsetMismatch,
    Part,
    QuotaExceeded,
    TooManyFiles,
    TypeNotAllowed,
    Upload,
    UploadChangedMeanwhile,
    UploadNotFound,
    Uploads,
    clean_name,
    not_as_declared,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import DynagentError, InvalidInput
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.shared.unit_of_work import UnitOfWork

FINAL = (FileTooLarge, Infected, NotAsDeclared, TypeNotAllowed)
"""What makes an upload useless: its parts go at once."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an upload is; `uploaded` once it is a file."""

    upload: Upload
    uploaded: Uploaded | None = None


@dataclass(frozen=True)
class BeginUpload(
    Command[Upload],
    needs="files:write",
    raises=(FileTooLarge, QuotaExceeded, TooManyFiles, InvalidInput),
    unaudited="an upload is no file yet; the line is written when it becomes one",
):
    """Begin an upload of so many bytes; they count against the quota from now on.

    Raises FileTooLarge, QuotaExceeded, TooManyFiles, InvalidInput.
    """

    name: str
    size: int
    content_hash: str | None = None


@dataclass(frozen=True)
class ContinueUpload(
    Command[Progress],
    needs="files:write",
    scope="none",
    raises=(UploadNotFound, UploadChangedMeanwhile, OffsetMismatch, NotAsDeclared, *REFUSALS),
    unaudited="the line is of the file that is kept (KeepFile)",
):
    """Add bytes at the upload's offset; with the last one it becomes a file. What a broken stream brought stays.

    Of a whole upload whose end failed, no byte at its end tries that again. Raises UploadNotFound, OffsetMismatch,
    UploadChangedMeanwhile, NotAsDeclared, and what UploadFile raises.
    """

    upload_id: str
    offset: int
    content: AsyncIterable[bytes]


@dataclass(frozen=True)
class FindUpload(Query[Upload], needs="files:write", raises=(UploadNotFound,)):
    """An upload as it stands. Raises UploadNotFound."""

    upload_id: str


@dataclass(frozen=True)
class AddPart(
    Command[Upload],
    needs="files:write",
    raises=(UploadNotFound, UploadChangedMeanwhile, NotAsDeclared),
    unaudited="a step of ContinueUpload",
):
    """Note a stored part. Raises UploadNotFound, UploadChangedMeanwhile, NotAsDeclared."""

    upload: Upload
    part: Part


@dataclass(frozen=True)
class AbortUpload(Command[None], needs="files:write", raises=(UploadNotFound,), unaudited="an upload is no file yet"):
    """Give an upload up and remove its parts. Raises UploadNotFound."""

    upload_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginUploadHandler:
    """Handles BeginUpload."""

    files: Files
    uploads: Uploads
    limits: FileLimits
    uow: UnitOfWork
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def __call__(self, message: BeginUpload, caller: Caller) -> Upload:
        """Return the upload, with no byte yet."""
        self.limits.check(message.size, await self.files.usage(lock=True))
        self.limits.check_uploads(await self.uploads.count())
        now = self.clock()
        upload = Upload(
            id=self.new_id(),
            user_id=caller.user_id,
            name=clean_name(message.name),
            size=message.size,
            expected_hash=message.content_hash,
            created_at=now,
            updated_at=now,
        )
        await self.uploads.create(upload)
        await self.uow.commit()
        return upload


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinueUploadHandler:
    """Handles ContinueUpload: one part after the other is stored and noted, so at most one is lost with a process."""

    ask: Ask
    storing: Storing
    new_id: NewId = new_id

    async def __call__(self, message: ContinueUpload, caller: Caller) -> Progress:
        """Return how far it is then."""
        upload = await self.ask(FindUpload(message.upload_id), caller)
        upload.check_offset(message.offset)
        async for content in in_parts(message.content, self.storing.limits.part_bytes):
            upload = await self._with_part(upload, content, caller)
        if not upload.is_whole:
            return Progress(upload)
        return Progress(upload, await self._finished(upload, caller))

    async def _with_part(self, upload: Upload, content: bytes, caller: Caller) -> Upload:
        if len(content) > upload.left:
            raise not_as_declared("size", f"more than the declared {upload.size} bytes arrived")
        part = Part(key=upload.part_key(self.new_id()), size=len(content))
        await self.storing.objects.put(part.key, _only(content))
        try:
            return await self.ask(AddPart(upload, part), caller)
        except BaseException:
            await self.storing.forget(part.key)
            raise

    async def _finished(self, upload: Upload, caller: Caller) -> Uploaded:
        try:
            content = self._whole(upload)
            file = await self.storing.stored(upload.name, content, owner=caller.user_id, most=upload.size)
            try:
                upload.check_hash(file.content_hash)
            except NotAsDeclared:
                await self.storing.forget(file.object_key)
                raise
            done = await registered(file, self.ask, self.storing, caller, upload_id=upload.id)
        except FINAL:
            with suppress(UploadNotFound):
                await self.ask(AbortUpload(upload.id), caller)
            raise
        await self.storing.forget(*(part.key for part in upload.parts))
        return done

    async def _whole(self, upload: Upload) -> AsyncGenerator[bytes]:
        for part in upload.parts:
            async for chunk in self.storing.objects.get(part.key):
                yield chunk


async def in_parts(content: AsyncIterable[bytes], part_bytes: int) -> AsyncGenerator[bytes]:
    """Give a stream in parts of one size, the last one smaller; what a broken one brought comes before its error."""
    held = bytearray()
    broken: BaseException | None = None
    try:
        async for chunk in content:
            held += chunk
            while len(held) >= part_bytes:
                yield bytes(held[:part_bytes])
                del held[:part_bytes]
    except (DynagentError, asyncio.CancelledError, GeneratorExit):
        raise
    except Exception as error:
        broken = error
    if held:
        yield bytes(held)
    if broken is not None:
        raise broken


async def _only(content: bytes) -> AsyncGenerator[bytes]:
    yield content


@dataclass(frozen=True, slots=True)
class FindUploadHandler:
    """Handles FindUpload."""

    uploads: Uploads

    async def __call__(self, message: FindUpload, caller: Caller) -> Upload:
        """Return it."""
        return await self.uploads.existing(message.upload_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPartHandler:
    """Handles AddPart."""

    uploads: Uploads
    uow: UnitOfWork
    clock: Clock = utc_now

    async def __call__(self, message: AddPart, caller: Caller) -> Upload:
        """Return the upload with the part."""
        await self.uploads.existing(message.upload.id)
        grown = await self.uploads.update(message.upload.grown(message.part, now=self.clock()))
        await self.uow.commit()
        return grown


@dataclass(frozen=True, slots=True)
class AbortUploadHandler:
    """Handles AbortUpload."""

    uploads: Uploads
    storing: Storing
    uow: UnitOfWork

    async def __call__(self, message: AbortUpload, caller: Caller) -> None:
        """Remove it."""
        upload = await self.uploads.existing(message.upload_id)
        await self.uploads.delete(upload.id)
        await self.uow.commit()
        await self.storing.forget(*(part.key for part in upload.parts))
